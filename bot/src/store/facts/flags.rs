//! Optional behaviours, as switched for one person.

use crate::conversation::Flags;
use crate::domain::ContactId;
use crate::store::error::StoreError;
use crate::store::flags;
use crate::store::tx::Tx;

/// By contact, so that a share of people stays the same when they register.
pub(super) async fn of(tx: &mut Tx, contact: ContactId) -> Result<Flags, StoreError> {
    Ok(flags::read(tx).await?.for_user(contact.0))
}
