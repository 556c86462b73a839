//! Which contact an identity belongs to: found by its aliases, made when none is known.
//!
//! Aliases are claimed in one sorted statement, so two replicas that meet the same people at the same
//! time wait for each other and never deadlock. Two contacts that turn out to be one person are
//! joined by the worker (`work::merge`), which holds the conversations' locks.

use std::collections::{BTreeMap, HashMap};

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

const PHONE: &str = "phone";
const BSUID: &str = "bsuid";

type Known = HashMap<Alias, Uuid>;

/// Whom a message's ids belong to already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) by_phone: Option<Uuid>,
    pub(super) by_bsuid: Option<Uuid>,
}

/// The contact of each identity, in the order given, of whom so much was found. None of them may be empty.
pub(super) async fn settle(
    tx: &mut Tx,
    people: &[(&Lane, &Identity)],
    found: &[Found],
) -> Result<Vec<ContactId>, StoreError> {
    let known = known(people, found);
    let plan = plan(people, known.clone());
    let missing: BTreeMap<&Alias, Uuid> = plan
        .iter()
        .filter(|(alias, _)| !known.contains_key(alias))
        .map(|(alias, contact)| (alias, *contact))
        .collect();
    let settled = if missing.is_empty() || create(tx, &missing, &known).await? == missing.len() {
        plan
    } else {
        find(tx, plan.keys()).await?
    };
    Ok(people
        .iter()
        .filter_map(|(lane, identity)| owner(&settled, lane, identity))
        .collect())
}

fn known(people: &[(&Lane, &Identity)], found: &[Found]) -> Known {
    let mut known = Known::new();
    for ((lane, identity), found) in people.iter().zip(found) {
        for alias in aliases(lane, identity) {
            let contact = match alias.kind {
                PHONE => found.by_phone,
                _ => found.by_bsuid,
            };
            known.extend(contact.map(|contact| (alias, contact)));
        }
    }
    known
}

fn aliases(lane: &Lane, identity: &Identity) -> impl Iterator<Item = Alias> {
    let lane = lane.as_str().to_owned();
    let phone = identity
        .phone
        .as_ref()
        .map(|phone| (PHONE, phone.digits().to_owned()));
    let bsuid = identity
        .bsuid
        .as_ref()
        .map(|bsuid| (BSUID, bsuid.as_str().to_owned()));
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

async fn find(tx: &mut Tx, aliases: impl Iterator<Item = &Alias>) -> Result<Known, StoreError> {
    let columns = Columns::of(aliases);
    let rows = sqlx::query!(
        "select a.lane, a.kind, a.value, a.contact_id
         from unnest($1::text[], $2::text[], $3::text[]) as wanted (lane, kind, value)
         join contact_alias a using (lane, kind, value)",
        &columns.lanes as &[&str],
        &columns.kinds as &[&str],
        &columns.values as &[&str]
    )
    .fetch_all(&mut *tx)
    .await
    .during("find contacts")?;
    let known = rows.into_iter().map(|row| {
        let alias = Alias {
            lane: row.lane,
            kind: if row.kind == PHONE { PHONE } else { BSUID },
            value: row.value,
        };
        (alias, row.contact_id)
    });
    Ok(known.collect())
}

struct Columns<'a> {
    lanes: Vec<&'a str>,
    kinds: Vec<&'static str>,
    values: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(aliases: impl Iterator<Item = &'a Alias>) -> Self {
        let mut columns = Self {
            lanes: Vec::new(),
            kinds: Vec::new(),
            values: Vec::new(),
        };
        for alias in aliases {
            columns.lanes.push(&alias.lane);
            columns.kinds.push(alias.kind);
            columns.values.push(&alias.value);
        }
        columns
    }
}

/// Takes the aliases that nobody else took meanwhile, and makes the contacts among them that are new; tells how many
/// were taken.
async fn create(
    tx: &mut Tx,
    missing: &BTreeMap<&Alias, Uuid>,
    known: &Known,
) -> Result<usize, StoreError> {
    let columns = Columns::of(missing.keys().copied());
    let contacts: Vec<Uuid> = missing.values().copied().collect();
    let existing: Vec<Uuid> = known.values().copied().collect();
    let row = sqlx::query!(
        r#"with claimed as (
             insert into contact_alias (lane, kind, value, contact_id)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
             on conflict do nothing
             returning lane, contact_id
         ), created as (
             insert into contact (id, lane)
             select distinct contact_id, lane from claimed where contact_id <> all($5::uuid[])
             returning id, lane
         ), begun as (
             insert into conversation (contact_id, lane) select id, lane from created
         )
         select count(*) as "claimed!" from claimed"#,
        &columns.lanes as &[&str],
        &columns.kinds as &[&str],
        &columns.values as &[&str],
        &contacts,
        &existing
    )
    .fetch_one(&mut *tx)
    .await
    .during("create contacts")?;
    Ok(usize::try_from(row.claimed).unwrap_or_default())
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
