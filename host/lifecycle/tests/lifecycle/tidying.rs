//! What has had its time is removed; the tests move the clocks.

use crate::house::{House, NO_PROBLEMS, NOTES, package};
use vzaemo_cabinet::{Draft, Text};
use vzaemo_clock::SignedDuration;
use vzaemo_contract::call::Request;
use vzaemo_service::{Age, Expiry};
use vzaemo_storage::{Collection, Query};

async fn drafts(house: &House) -> usize {
    let mut unit = house.storage.begin().await.unwrap();
    let person = "0198f000-0000-7000-8000-000000000001";
    vzaemo_cabinet::my_drafts(&mut unit, person).await.unwrap().len()
}

async fn save(house: &House, address: &str) {
    let draft = Draft {
        module: "notes".into(),
        title: Text { uk: "Нотатка".into(), en: "Note".into() },
        address: address.into(),
        values: "{}".into(),
        files: Vec::new(),
    };
    let mut unit = house.storage.begin().await.unwrap();
    let now = house.service.platform().legal.now();
    let person = "0198f000-0000-7000-8000-000000000001";
    vzaemo_cabinet::save_draft(&mut unit, person, draft, now).await.unwrap();
    unit.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_go_after_the_day_that_the_person_was_told() {
    let house = House::new(NOTES).await;
    let days = |days: i64| {
        house.service.platform().legal.advance(SignedDuration::from_hours(24 * days)).unwrap();
    };
    save(&house, "/notes/write").await;
    days(60);
    save(&house, "/notes/hide").await;
    days(30);
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 0, "the last day is not over");
    days(1);
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 1);
    assert_eq!(drafts(&house).await, 1, "one that was touched later stays");
    days(60);
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 1);
    assert_eq!(drafts(&house).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_of_forms_go_by_real_time() {
    let house = House::new(NOTES).await;
    let acts = "[[acts]]\nname = \"press\"\npath = \"/press\"\nby = [\"person\"]\n";
    house.layout.put(&package("notes", "1.0.0", acts, NO_PROBLEMS)).unwrap();
    house.lifecycle.start().await.unwrap();
    let caller = house.caller(0).await;
    let request = Request { params: Vec::new(), query: Vec::new(), input: "{}".to_owned() };
    house.service.act(&caller, "notes", "press", &request, Some("once")).await.unwrap();
    house.service.platform().legal.advance(SignedDuration::from_hours(24 * 365)).unwrap();
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 0, "the legal clock ages no form");
    let before = async || house.service.done_before(&caller, "notes", "press", "once").await.unwrap();
    assert!(before().await.is_some());
    (house.advance)(30 * 24 * 3600 - 1);
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 0);
    (house.advance)(1);
    assert_eq!(house.service.tidy(&[]).await.unwrap(), 1);
    assert!(before().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn much_goes_in_portions() {
    let house = House::new(NOTES).await;
    let schema = serde_json::json!({"type": "object", "properties": {"until": {"type": "string"}}});
    house.storage.declare("things", &[Collection::new("kept", schema).index(&["until"])]).await.unwrap();
    let now = house.service.platform().security.now();
    let later = now.checked_add(SignedDuration::from_secs(1)).unwrap();
    let mut unit = house.storage.begin().await.unwrap();
    for number in 0..1201 {
        let until = if number == 0 { later } else { now };
        unit.insert("things", "kept", None, &format!(r#"{{"until":"{until}"}}"#)).await.unwrap();
    }
    unit.commit().await.unwrap();
    let before = house.storage.position();
    let kept = Expiry {
        namespace: "things",
        collection: "kept",
        field: "until",
        age: Age::Real,
        kept: SignedDuration::ZERO,
    };
    assert_eq!(house.service.tidy(&[kept]).await.unwrap(), 1200);
    assert_eq!(house.storage.position() - before, 3, "in three commits");
    let mut unit = house.storage.begin().await.unwrap();
    assert_eq!(unit.select("things", &Query::of("kept")).await.unwrap().keys.len(), 1);
}
