//! What is kept of a revision: its record and its snapshot; and the operator's own Secret.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::ControllerRevision;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::runtime::RawExtension;

use crate::names::{Names, SNAPSHOT_FINALIZER};
use crate::validate::{Record, RevisionSpec};

/// The record of a revision, from which its Deployment can be rebuilt without the spec.
pub fn controller_revision(
    names: &Names,
    revision: &RevisionSpec,
    number: i64,
) -> ControllerRevision {
    ControllerRevision {
        metadata: names.revision_meta(names.revision(&revision.name), &revision.name),
        // A record has only maps with string keys, so it serialises.
        data: Some(RawExtension(
            serde_json::to_value(&revision.record).unwrap_or_default(),
        )),
        revision: number,
    }
}

/// Reads a record back; `None` if it is not one of ours.
pub fn record(object: &ControllerRevision) -> Option<Record> {
    serde_json::from_value(object.data.as_ref()?.0.clone()).ok()
}

/// Copies of the Secrets and ConfigMaps that a revision uses, by environment variable.
pub fn snapshot_secret(
    names: &Names,
    revision: &str,
    contents: &BTreeMap<String, Vec<u8>>,
) -> Secret {
    let mut metadata = names.revision_meta(names.revision(revision), revision);
    metadata.finalizers = Some(vec![SNAPSHOT_FINALIZER.to_owned()]);
    Secret {
        metadata,
        immutable: Some(true),
        type_: Some("ubermench.io/snapshot".to_owned()),
        data: Some(
            contents
                .iter()
                .map(|(key, value)| (key.clone(), ByteString(value.clone())))
                .collect(),
        ),
        ..Secret::default()
    }
}

/// The operator's own Secret: bearer token of the bots' internal port, and the key of the digests in revision names.
pub fn internal_secret(names: &Names, token: &str, digest_key: &str) -> Secret {
    let mut metadata = names.meta(names.internal_secret());
    metadata.finalizers = Some(vec![SNAPSHOT_FINALIZER.to_owned()]);
    Secret {
        metadata,
        immutable: Some(true),
        type_: Some("ubermench.io/internal".to_owned()),
        data: Some(
            [("token", token), ("digestKey", digest_key)]
                .map(|(key, value)| (key.to_owned(), ByteString(value.as_bytes().to_vec())))
                .into(),
        ),
        ..Secret::default()
    }
}
