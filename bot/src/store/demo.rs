//! Demo data: five providers for all six kinds of work, with reviews that their averages come from. Ids
//! are fixed, so loading it twice changes nothing.

use serde::Serialize;
use uuid::Uuid;

use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// Namespaces of the fixed ids.
const BASE: u128 = 0xdea0_0000_0000_4000_8000_0000_0000_0000;
/// Numbers that nobody has: Mexico's 00 area codes do not exist.
const PHONES: u64 = 520_000_000_000;

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Loaded {
    /// Providers that were not there before.
    pub providers: u64,
    /// Customers that were not there before.
    pub customers: u64,
    /// Reviews that were not there before.
    pub reviews: u64,
}

struct DemoProvider {
    name: &'static str,
    services: &'static [&'static str],
    bio: &'static str,
    reviews: &'static [(i16, &'static str)],
}

const PROVIDERS: [DemoProvider; 5] = [
    DemoProvider {
        name: "Rosa Hernández",
        services: &["plumbing", "repair"],
        bio: "Plomera con 12 años de experiencia. Fugas, tinacos y calentadores.",
        reviews: &[
            (5, "Muy puntual y limpia"),
            (5, "Arregló la fuga en una hora"),
            (4, "Buen trabajo"),
        ],
    },
    DemoProvider {
        name: "Carlos Mendoza",
        services: &["electrical"],
        bio: "Electricista certificado. Instalaciones, cortos y tableros.",
        reviews: &[
            (5, "Explica todo muy bien"),
            (4, "Llegó un poco tarde"),
            (5, ""),
            (3, "Cumplió"),
        ],
    },
    DemoProvider {
        name: "Lucía Ramírez",
        services: &["cleaning"],
        bio: "Limpieza de casas y oficinas con productos ecológicos.",
        reviews: &[
            (5, "La casa quedó impecable"),
            (5, "Excelente"),
            (5, "La recomiendo mucho"),
        ],
    },
    DemoProvider {
        name: "Jorge Castillo",
        services: &["gardening", "other"],
        bio: "Jardinería, poda de árboles y pequeños encargos del hogar.",
        reviews: &[
            (4, "El jardín se ve muy bien"),
            (4, "Trabaja rápido"),
            (5, "Muy amable"),
        ],
    },
    DemoProvider {
        name: "Patricia Flores",
        services: &["repair", "electrical", "other"],
        bio: "Reparación de muebles, puertas y aparatos. Presupuesto sin costo.",
        reviews: &[
            (3, "Tuvo que volver otro día"),
            (5, "Reparó la lavadora"),
            (4, "Precio justo"),
        ],
    },
];

const CUSTOMERS: [&str; 3] = ["Luis Ortega", "Ana López", "Marta Díaz"];

impl Store {
    /// Loads the demo data, or what of it is missing.
    ///
    /// # Errors
    /// When nothing was loaded, or when it is not known.
    pub async fn load_demo(&self) -> Result<Loaded, StoreError> {
        let mut tx = self.begin().await?;
        let mut loaded = Loaded::default();
        for (place, name) in (0..).zip(CUSTOMERS) {
            loaded.customers += person(&mut tx, Person::customer(place), name, "customer").await?;
        }
        for (place, provider) in (0..).zip(&PROVIDERS) {
            let who = Person::provider(place);
            loaded.providers += person(&mut tx, who, provider.name, "provider").await?;
            profile(&mut tx, who, provider).await?;
            for (number, review) in (0..).zip(provider.reviews) {
                loaded.reviews += reviewed(&mut tx, place, number, provider, review).await?;
            }
            average(&mut tx, who).await?;
        }
        tx.commit().await?;
        Ok(loaded)
    }
}

/// The fixed ids of one person.
#[derive(Clone, Copy)]
struct Person(u64);

impl Person {
    fn customer(place: u64) -> Self {
        Self(100 + place)
    }

    fn provider(place: u64) -> Self {
        Self(1 + place)
    }

    fn id(self, kind: u128) -> Uuid {
        id(kind, self.0)
    }

    fn phone(self) -> String {
        (PHONES + self.0).to_string()
    }
}

const CONTACT: u128 = 1;
const USER: u128 = 2;
const PROFILE: u128 = 3;
const REQUEST: u128 = 4;
const ASSIGNMENT: u128 = 5;
const RATING: u128 = 6;

fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(BASE | (kind << 32) | u128::from(number))
}

async fn person(tx: &mut Tx, who: Person, name: &str, role: &str) -> Result<u64, StoreError> {
    sqlx::query!(
        "insert into contact (id, lane, whatsapp_name) values ($1, 'live', $2) on conflict do nothing",
        who.id(CONTACT),
        name
    )
    .execute(&mut *tx)
    .await
    .during("load contact")?;
    sqlx::query!(
        "insert into conversation (contact_id, lane, phone) values ($1, 'live', $2)
         on conflict do nothing",
        who.id(CONTACT),
        who.phone()
    )
    .execute(&mut *tx)
    .await
    .during("load conversation")?;
    sqlx::query!(
        "insert into contact_alias (lane, kind, value, contact_id) values ('live', 'phone', $2, $1)
         on conflict do nothing",
        who.id(CONTACT),
        who.phone()
    )
    .execute(&mut *tx)
    .await
    .during("load phone")?;
    let made = sqlx::query!(
        "insert into users (id, contact_id, name, role) values ($1, $2, $3, $4) on conflict do nothing",
        who.id(USER),
        who.id(CONTACT),
        name,
        role
    )
    .execute(&mut *tx)
    .await
    .during("load user")?;
    Ok(made.rows_affected())
}

async fn profile(tx: &mut Tx, who: Person, provider: &DemoProvider) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into provider_profile (id, user_id, lane, display_name, service_types, bio, is_online)
         values ($1, $2, 'live', $3, $4, $5, true) on conflict do nothing",
        who.id(PROFILE),
        who.id(USER),
        provider.name,
        provider.services as &[&str],
        provider.bio
    )
    .execute(&mut *tx)
    .await
    .during("load provider")?;
    Ok(())
}

/// One completed request with its review.
async fn reviewed(
    tx: &mut Tx,
    place: u64,
    number: u64,
    provider: &DemoProvider,
    (stars, comment): &(i16, &str),
) -> Result<u64, StoreError> {
    let who = Person::provider(place);
    let from = Person::customer(number % 3);
    let one = place * 10 + number;
    // Spread over the last weeks, so that charts have something to show.
    let days = i32::try_from(one % 12 + 1).unwrap_or(1);
    sqlx::query!(
        "insert into service_request (id, customer_id, service_type, status, provider_id, address,
             description, offered_at, accepted_at, completed_at, created_at, updated_at)
         select $1, $2, $3, 'completed', $4, 'Av. Reforma 100', '', t, t + interval '2 minutes',
             t + interval '3 hours', t, t + interval '3 hours'
         from (select now() - $5::int * interval '1 day' as t) as past
         on conflict do nothing",
        id(REQUEST, one),
        from.id(USER),
        provider.services.first().copied().unwrap_or("other"),
        who.id(PROFILE),
        days
    )
    .execute(&mut *tx)
    .await
    .during("load request")?;
    sqlx::query!(
        "insert into assignment (id, request_id, provider_id, status, offered_at, deadline, answered_at)
         select $2, r.id, r.provider_id, 'accepted', r.offered_at, r.offered_at + interval '5 minutes',
             r.accepted_at
         from service_request r where r.id = $1 on conflict do nothing",
        id(REQUEST, one),
        id(ASSIGNMENT, one)
    )
    .execute(&mut *tx)
    .await
    .during("load offer")?;
    let made = sqlx::query!(
        "insert into rating (id, request_id, rater_id, ratee_id, direction, stars, comment, created_at)
         select $2, r.id, r.customer_id, $3, 'customer_to_provider', $4, $5, r.completed_at
         from service_request r where r.id = $1 on conflict do nothing",
        id(REQUEST, one),
        id(RATING, one),
        who.id(USER),
        *stars,
        *comment
    )
    .execute(&mut *tx)
    .await
    .during("load review")?;
    Ok(made.rows_affected())
}

/// The provider's average, count and jobs, from the records themselves.
async fn average(tx: &mut Tx, who: Person) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile p
         set rating_hundredths = r.average, rating_count = r.count, total_jobs = (
                 select count(*) from service_request s
                 where s.provider_id = p.id and s.status = 'completed')
         from (select round(avg(stars) * 100)::int as average, count(*)::int as count from rating
               where ratee_id = $2 and direction = 'customer_to_provider') r
         where p.id = $1",
        who.id(PROFILE),
        who.id(USER)
    )
    .execute(&mut *tx)
    .await
    .during("average reviews")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{Bio, ServiceType, UserName};

    #[test]
    fn demo_providers_cover_all_services_and_obey_the_rules() {
        let covered: BTreeSet<&str> = PROVIDERS
            .iter()
            .flat_map(|provider| provider.services.iter().copied())
            .collect();
        assert_eq!(covered, ServiceType::ALL.map(ServiceType::id).into());
        for provider in &PROVIDERS {
            assert!(provider.reviews.len() >= 3, "{}", provider.name);
            assert!(UserName::parse(provider.name).is_ok());
            assert!(Bio::parse(provider.bio).is_ok(), "{}", provider.name);
        }
    }
}
