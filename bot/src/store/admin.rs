//! What admins read and change. Changes that concern a conversation go out as notices in the same
//! transaction; the person's own turn does the rest.

mod access;
mod actions;
pub(in crate::store) mod audit;
mod closing;
mod erase;
mod history;
mod keys;
mod messages;
mod notices;
mod overview;
mod people;
mod requests;

pub use access::{Attempt, Login};
pub use actions::Outcome;
pub(in crate::store) use closing::end_chat;

use crate::admin::query::Page;
use crate::admin::records::{List, Pagination};

/// A page as the lists' queries give it: every row knows how many there are in all.
struct Rows<T> {
    rows: Vec<T>,
    total: Option<i64>,
}

impl<T> Rows<T> {
    /// `None` when this page is past the end, so that nothing tells the total.
    fn list(self, page: Page) -> Option<List<T>> {
        let total = match (self.total, page.number) {
            (Some(total), _) => total,
            (None, 1) => 0,
            (None, _) => return None,
        };
        Some(List {
            data: self.rows,
            pagination: Pagination::new(page.number, page.limit, total),
        })
    }
}

/// A list that is asked for once more, at its beginning, when the page is past its end.
macro_rules! paged {
    ($page:expr, |$asked:ident| $rows:expr) => {{
        let page: Page = $page;
        let $asked = page;
        match $rows.list(page) {
            Some(list) => list,
            None => {
                let $asked = Page {
                    number: 1,
                    limit: 1,
                };
                let total = $rows.total.unwrap_or_default();
                List {
                    data: Vec::new(),
                    pagination: Pagination::new(page.number, page.limit, total),
                }
            }
        }
    }};
}
use paged;
