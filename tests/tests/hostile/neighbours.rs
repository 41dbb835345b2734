//! Those who use other modules meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::task::JoinHandle;
use vzaemo_tests::{Person, Platform, petitions, until};

/// People who read and sign as long as the test lasts. Every request of theirs must succeed.
pub struct Neighbours {
    goes_on: Arc<AtomicBool>,
    read: Arc<AtomicUsize>,
    signed: Arc<AtomicUsize>,
    petition: String,
    visitor: Person,
    tasks: Vec<JoinHandle<()>>,
}

impl Neighbours {
    /// They begin with a petition of their own.
    pub async fn begin(platform: &Platform) -> Self {
        let petition = petitions::send(&platform.person(1).await, "A cycle path along the river").await;
        petitions::publish(&platform.person(petitions::OFFICIAL).await, &petition).await;
        let (goes_on, read, signed) = (Arc::new(AtomicBool::new(true)), Arc::default(), Arc::default());
        let mut neighbours =
            Neighbours { goes_on, read, signed, petition, visitor: platform.visitor(), tasks: Vec::new() };
        let reader = neighbours.visitor.another();
        let (petition, on, count) =
            (neighbours.petition.clone(), Arc::clone(&neighbours.goes_on), Arc::clone(&neighbours.read));
        neighbours.tasks.push(tokio::spawn(async move {
            while on.load(Ordering::Relaxed) {
                for path in
                    ["/petitions", &format!("/petitions/{petition}"), "/consultations", "/health/ready"]
                {
                    let answer = reader.get(path).await;
                    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        }));
        let signer = neighbours.visitor.another();
        let (petition, on, count) =
            (neighbours.petition.clone(), Arc::clone(&neighbours.goes_on), Arc::clone(&neighbours.signed));
        neighbours.tasks.push(tokio::spawn(async move {
            for person in 100.. {
                if !on.load(Ordering::Relaxed) {
                    return;
                }
                let signer = signer.another();
                signer.sign_in(person).await;
                petitions::sign(&signer, &petition).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        }));
        neighbours.noticed_nothing().await;
        neighbours
    }

    /// They have read and signed since this was asked.
    pub async fn noticed_nothing(&self) {
        for count in [&self.read, &self.signed] {
            let before = count.load(Ordering::Relaxed);
            until("people go on using other modules", async || {
                assert!(!self.tasks.iter().any(JoinHandle::is_finished), "a request of theirs failed");
                (count.load(Ordering::Relaxed) > before).then_some(())
            })
            .await;
        }
    }

    /// They stop; not one request of theirs has failed, and what they signed is there.
    pub async fn end(self) {
        self.noticed_nothing().await;
        self.goes_on.store(false, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("no request to another module failed");
        }
        let counted = petitions::count(&self.visitor, &self.petition).await;
        assert_eq!(counted, self.signed.load(Ordering::Relaxed), "every signature is there");
    }
}
