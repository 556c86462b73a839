//! The simulator's phones: a booking by clicks and keys, with texts that would be scripts.

use super::chromium::Chromium;
use super::tab::Tab;
use super::{HOSTILE, THEMES, WIDTHS};
use crate::acceptance::town::{ADMIN, ADMINISTERED, LUIS, PASSWORD, ROSA, Town};

/// One phone of the page.
struct Phone<'a> {
    tab: &'a Tab,
    name: &'static str,
}

impl Phone<'_> {
    fn part(&self, selector: &str) -> String {
        format!("[aria-label^='Phone of {}'] {selector}", self.name)
    }

    /// A narrow page shows one phone; the others are behind tabs.
    async fn comes_to_the_front(&self) {
        let tab = format!(".tabs button[aria-label^='{}']", self.name);
        self.tab.click(&tab).await;
    }

    async fn says(&self, text: &str) {
        self.tab.fill(&self.part("textarea"), text).await;
        self.tab.enter().await;
    }

    async fn shows(&self, words: &str) {
        let (log, words) = (self.part(".log"), serde_json::Value::from(words));
        let shown = format!("document.querySelector(\"{log}\")?.innerText.includes({words})");
        self.tab.until(&shown).await;
    }

    async fn taps(&self, button: &str) {
        let buttons = self.part(".reply-button");
        self.tab.click_text(&buttons, button).await;
    }

    /// Opens the newest list and sends the row with these words.
    async fn picks(&self, row: &str) {
        let button = self.part(".row:last-child .list-button");
        self.tab.click(&button).await;
        self.tab.click_text(&self.part(".sheet-row"), row).await;
        self.tab.click(&self.part(".sheet-foot button")).await;
    }
}

/// Luis books Rosa on the page; both phones are on it.
async fn books(tab: &Tab, town: &Town, narrow: bool) {
    let [luis, rosa] = ["Luis", "Rosa"].map(|name| Phone { tab, name });
    luis.shows("Say something").await;
    luis.says("hello").await;
    luis.picks("Plumbing").await;
    luis.shows("name").await;
    // Of this, too, only letters may stay.
    luis.says(&format!("Luis {}", HOSTILE[1])).await;
    luis.shows("Who shall it be").await;
    luis.picks("Rosa").await;
    luis.taps("Book").await;
    luis.shows("Where do you need").await;
    luis.says(&format!("Calle Luna 5 {}", HOSTILE[0])).await;
    luis.shows("What needs to be done").await;
    luis.says(&format!("1 < 2 & {}", HOSTILE[2])).await;
    luis.shows("Your request for").await;
    town.settle().await;
    if narrow {
        rosa.comes_to_the_front().await;
    }
    rosa.shows("Calle Luna 5").await;
    rosa.taps("Accept").await;
    town.world
        .until_count(
            "select count(*) from service_request where status = 'provider_assigned'",
            1,
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_on_the_page_with_phones() {
    for width in WIDTHS {
        let town = Town::with(ADMINISTERED).await;
        town.provider(ROSA, "Rosa Plumber", &["plumbing"]).await;
        let chromium = Chromium::start().await;
        let tab = chromium.tab().await;
        tab.width(width).await;
        let page = format!(
            "{}/?phone={LUIS},Luis%20Ortega&phone={ROSA},Rosa%20Plumber",
            town.world.simulator.url()
        );
        tab.goto(&page).await;
        tab.until("document.querySelectorAll('.phone').length === 2")
            .await;
        books(&tab, &town, width < 600).await;
        for theme in THEMES {
            tab.goto(&format!("{page}&theme={theme}")).await;
            let luis = Phone {
                tab: &tab,
                name: "Luis",
            };
            luis.shows("Your request for").await;
            tab.audit(&format!("phones {width} {theme}")).await;
            tab.theme(theme).await;
            tab.goto(&format!("{}/control", town.world.simulator.url()))
                .await;
            tab.until("document.querySelector('#calls tr')").await;
            tab.audit(&format!("control {width} {theme}")).await;
        }
        stored_texts_stay_texts(&tab, &town).await;
        tab.is_clean();
    }
}

/// What was said comes to the dashboard as text.
async fn stored_texts_stay_texts(tab: &Tab, town: &Town) {
    let id = town
        .world
        .texts("select id::text from service_request")
        .await;
    tab.goto(&town.url("/admin/login")).await;
    tab.fill("input[name=username]", ADMIN).await;
    tab.fill("input[name=password]", PASSWORD).await;
    tab.enter().await;
    tab.until("location.pathname === '/admin'").await;
    for path in [&*format!("/admin/requests/{}", id[0]), "/admin/messages"] {
        tab.goto(&town.url(path)).await;
        tab.sees("1 < 2 &").await;
        tab.audit(path).await;
    }
}
