-- What is searched by a person, by whom it tells, or by when it ends, so that a long history costs nothing.

-- Two contacts that turn out to be one, and people who are erased.
create index inbox_contact on inbox (contact_id);
create index outbox_contact on outbox (contact_id);
create index chat_message_sender on chat_message (sender_contact);
create index rating_rater on rating (rater_id);
create index contact_merged on contact (merged_into) where merged_into is not null;

-- What has not gone out yet: little, beside all that has.
create index outbox_told on outbox ((on_failure->>'contact')) where state in ('pending', 'held');
create index outbox_expiry on outbox (expires_at) where state in ('pending', 'held');
