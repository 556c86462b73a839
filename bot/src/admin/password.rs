//! Admins' passwords: argon2id with a salt each, in PHC string form.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Hashes with the recommended parameters and a fresh salt; `None` when the system has no randomness.
pub fn hash(password: &str) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

/// Whether the text is an argon2 hash that passwords can be held against.
pub fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2"))
}

/// Whether the password is the one that was hashed. Takes its time on purpose.
pub fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_matches_and_salts_differ() {
        let one = hash("correct horse").unwrap();
        let other = hash("correct horse").unwrap();
        assert!(one.starts_with("$argon2id$") && is_hash(&one));
        assert_ne!(one, other);
        assert!(matches("correct horse", &one) && matches("correct horse", &other));
        assert!(!matches("correct horse ", &one));
        assert!(!matches("", &one));
        assert!(!matches("x", "no hash") && !is_hash("no hash"));
    }
}
