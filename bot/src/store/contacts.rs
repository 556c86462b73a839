//! Which contact an identity belongs to: found by its aliases, made when none is known.
//!
//! Aliases are claimed in one sorted statement, so two replicas that meet the same people at the same
//! time wait for each other and never deadlock. Two contacts that turn out to be one person are
//! joined by the worker (`work::merge`), which holds the conversations' locks.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::domain::{ContactId, Identity, Lane};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// One id that a person is known by, within a lane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Alias {
    lane: String,
    kind: &'static str,
    value: String,
}

type Known = HashMap<Alias, Uuid>;

/// The contact of each identity, in the order given. None of them may be empty.
pub(super) async fn resolve(
    tx: &mut Tx,
    people: &[(&Lane, &Identity)],
) -> Result<Vec<ContactId>, StoreError> {
    let aliases: HashSet<Alias> = people
        .iter()
        .flat_map(|(lane, identity)| aliases(lane, identity))
        .collect();
    let known = find(tx, &aliases).await?;
    let plan = plan(people, known.clone());
    let missing: BTreeMap<&Alias, Uuid> = plan
        .iter()
        .filter(|(alias, _)| !known.contains_key(alias))
        .map(|(alias, contact)| (alias, *contact))
        .collect();
    let settled = if missing.is_empty() {
        known
    } else {
        let claimed = claim(tx, &missing).await?;
        let existing: HashSet<Uuid> = known.values().copied().collect();
        create(
            tx,
            claimed
                .iter()
                .filter(|(_, contact)| !existing.contains(contact)),
        )
        .await?;
        if claimed.len() == missing.len() {
            plan
        } else {
            find(tx, &aliases).await?
        }
    };
    Ok(people
        .iter()
        .filter_map(|(lane, identity)| owner(&settled, lane, identity))
        .collect())
}

fn aliases(lane: &Lane, identity: &Identity) -> impl Iterator<Item = Alias> {
    let lane = lane.as_str().to_owned();
    let phone = identity
        .phone
        .as_ref()
        .map(|phone| ("phone", phone.digits().to_owned()));
    let bsuid = identity
        .bsuid
        .as_ref()
        .map(|bsuid| ("bsuid", bsuid.as_str().to_owned()));
    let both = [phone, bsuid].into_iter().flatten();
    both.map(move |(kind, value)| Alias {
        lane: lane.clone(),
        kind,
        value,
    })
}

/// The contact of the phone, else of the user id.
fn owner(known: &Known, lane: &Lane, identity: &Identity) -> Option<ContactId> {
    aliases(lane, identity)
        .find_map(|alias| known.get(&alias).copied())
        .map(ContactId)
}

/// Gives every alias a contact: the one its companion has, or a new one.
fn plan(people: &[(&Lane, &Identity)], mut known: Known) -> Known {
    for (lane, identity) in people {
        let contact =
            owner(&known, lane, identity).map_or_else(Uuid::now_v7, |ContactId(contact)| contact);
        for alias in aliases(lane, identity) {
            known.entry(alias).or_insert(contact);
        }
    }
    known
}

async fn find(tx: &mut Tx, aliases: &HashSet<Alias>) -> Result<Known, StoreError> {
    let lanes: Vec<String> = aliases.iter().map(|alias| alias.lane.clone()).collect();
    let kinds: Vec<String> = aliases.iter().map(|alias| alias.kind.to_owned()).collect();
    let values: Vec<String> = aliases.iter().map(|alias| alias.value.clone()).collect();
    let rows = sqlx::query!(
        "select a.lane, a.kind, a.value, a.contact_id
         from unnest($1::text[], $2::text[], $3::text[]) as wanted (lane, kind, value)
         join contact_alias a using (lane, kind, value)",
        &lanes,
        &kinds,
        &values
    )
    .fetch_all(&mut *tx)
    .await
    .during("find contacts")?;
    Ok(rows
        .into_iter()
        .map(|row| (alias(row.lane, &row.kind, row.value), row.contact_id))
        .collect())
}

fn alias(lane: String, kind: &str, value: String) -> Alias {
    Alias {
        lane,
        kind: if kind == "phone" { "phone" } else { "bsuid" },
        value,
    }
}

/// Takes the aliases that nobody else took meanwhile.
async fn claim(
    tx: &mut Tx,
    missing: &BTreeMap<&Alias, Uuid>,
) -> Result<HashMap<Alias, Uuid>, StoreError> {
    let lanes: Vec<String> = missing.keys().map(|alias| alias.lane.clone()).collect();
    let kinds: Vec<String> = missing.keys().map(|alias| alias.kind.to_owned()).collect();
    let values: Vec<String> = missing.keys().map(|alias| alias.value.clone()).collect();
    let contacts: Vec<Uuid> = missing.values().copied().collect();
    let rows = sqlx::query!(
        "insert into contact_alias (lane, kind, value, contact_id)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
         on conflict do nothing
         returning lane, kind, value, contact_id",
        &lanes,
        &kinds,
        &values,
        &contacts
    )
    .fetch_all(&mut *tx)
    .await
    .during("claim aliases")?;
    Ok(rows
        .into_iter()
        .map(|row| (alias(row.lane, &row.kind, row.value), row.contact_id))
        .collect())
}

async fn create(
    tx: &mut Tx,
    claimed: impl Iterator<Item = (&Alias, &Uuid)>,
) -> Result<(), StoreError> {
    let fresh: BTreeMap<Uuid, String> = claimed
        .map(|(alias, contact)| (*contact, alias.lane.clone()))
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let contacts: Vec<Uuid> = fresh.keys().copied().collect();
    let lanes: Vec<String> = fresh.into_values().collect();
    sqlx::query!(
        "with created as (
             insert into contact (id, lane) select * from unnest($1::uuid[], $2::text[])
             returning id, lane
         )
         insert into conversation (contact_id, lane) select id, lane from created",
        &contacts,
        &lanes
    )
    .execute(&mut *tx)
    .await
    .during("create contacts")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bsuid, Phone};

    fn person(phone: Option<&str>, bsuid: Option<&str>) -> Identity {
        Identity {
            phone: phone.map(|phone| Phone::parse(phone).unwrap()),
            bsuid: bsuid.map(|bsuid| Bsuid::parse(bsuid).unwrap()),
        }
    }

    #[test]
    fn one_batch_makes_one_contact_of_ids_seen_together() {
        let live = Lane::live();
        let people = [
            person(None, Some("US.1")),
            person(Some("12025550118"), Some("US.1")),
            person(Some("12025550118"), None),
            person(Some("12025550119"), None),
        ];
        let people: Vec<_> = people.iter().map(|identity| (&live, identity)).collect();
        let planned = plan(&people, Known::new());
        let owners: Vec<_> = people
            .iter()
            .map(|(lane, identity)| owner(&planned, lane, identity))
            .collect();
        assert_eq!(owners[0], owners[1]);
        assert_eq!(owners[1], owners[2]);
        assert_ne!(owners[2], owners[3]);
    }

    #[test]
    fn lanes_never_share_a_contact() {
        let (live, smoke) = (Lane::live(), Lane::named("abc"));
        let who = person(Some("99900000001"), None);
        let planned = plan(&[(&live, &who), (&smoke, &who)], Known::new());
        assert_ne!(owner(&planned, &live, &who), owner(&planned, &smoke, &who));
    }
}
