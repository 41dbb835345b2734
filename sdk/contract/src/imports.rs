//! What a module may ask of its host, as one table.

/// The imports of `sdk/wit` with their Rust types, handed row by row to a macro of the caller's, which makes of them a
/// trait, or something that passes them on: `name(argument: type, …) -> answer;`.
///
/// The types are those of [`call`](crate::call); the caller has them in scope. Left out are `settings` and `log`,
/// which ask nothing: they neither wait nor fail.
#[macro_export]
macro_rules! imports {
    ($rows:ident) => {
        $rows! {
            get(collection: &str, key: &str) -> Result<Option<Document>, Denied>;
            find(collection: &str, fields: &[String], values: &[String]) -> Result<Option<Document>, Denied>;
            select(query: &Query) -> Result<Rows, Denied>;
            count(collection: &str, counter: &str, key: &str) -> Result<u64, Denied>;
            insert(collection: &str, key: Option<&str>, body: &str) -> Result<String, Conflict>;
            replace(collection: &str, key: &str, revision: u64, body: &str) -> Result<(), Conflict>;
            remove(collection: &str, key: &str, revision: u64) -> Result<(), Conflict>;
            number(sequence: &str) -> Result<String, Denied>;
            when_count_reaches(
                collection: &str, counter: &str, key: &str, value: u64, job: &str, args: &str
            ) -> Result<(), Denied>;
            principal() -> Result<Option<Principal>, Denied>;
            case_put(
                key: &str, title: &str, status: &Message, at: &Address, term: Option<&CaseTerm>
            ) -> Result<(), Denied>;
            case_event(key: &str, text: &Message) -> Result<(), Denied>;
            case_join(key: &str, person: &str, role: &Message) -> Result<(), Denied>;
            case_leave(key: &str, person: &str, text: &Message) -> Result<(), Denied>;
            body(id: &str) -> Result<Option<Body>, Denied>;
            bodies() -> Result<Vec<Body>, Denied>;
            file(id: &str) -> Result<Option<FileInfo>, Denied>;
            now() -> Result<String, Denied>;
            today() -> Result<String, Denied>;
            is_past(when: &str) -> Result<bool, Denied>;
            days_left(when: &str) -> Result<i64, Denied>;
            due(start: &str, value: u32, unit: Unit) -> Result<String, Denied>;
            similar(collection: &str, text: &str, limit: u32) -> Result<Vec<Hit>, Denied>;
            search(collection: &str, query: &str, limit: u32) -> Result<Vec<Hit>, Denied>;
            schedule(job: &str, key: &str, args: &str, when: &str) -> Result<(), Denied>;
            cancel(job: &str, key: &str) -> Result<(), Denied>;
            notify_person(person: &str, text: &Message, at: &Address) -> Result<(), Denied>;
            notify_participants(key: &str, text: &Message) -> Result<(), Denied>;
        }
    };
}
