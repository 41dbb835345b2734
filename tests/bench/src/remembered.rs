//! A remembered page against a static answer of the same size: what visitors without a session get, and a person who has
//! signed in, whose frame and action slots are spliced into it.

use crate::Scale;
use crate::client;
use crate::people;
use crate::report::{Goal, Row, median};
use crate::server::Server;
use anyhow::{Result, ensure};
use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use bytes::Bytes;
use http::header;
use std::sync::Arc;
use std::time::Duration;
use vzaemo_tests::Settings;

/// Connections of the client.
const CONNECTIONS: usize = 16;
/// Where the static answer stands, behind the same gate as every page.
const STATIC: &str = "/static-answer";

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let server = Server::start(Settings::default()).await?;
    let number = people::petition(&server.base(), "Read by very many persons").await;
    let (cookies, _) = people::signed_in(&server.base(), 0, 1).await?;
    let path = format!("/petitions/{number}");
    let open = client::get(server.address, &path, "");
    let own = client::get(server.address, &path, &cookies.concat());
    Ok(vec![
        against_static(
            scale,
            &server,
            open,
            "remembered page, no session, against a static answer of its size",
        )
        .await?
        .goal(Goal::Times(0.90))
        .goal(Goal::AtLeast(15_000.0)),
        against_static(scale, &server, own, "the same for a person who has signed in")
            .await?
            .goal(Goal::Times(0.60)),
    ])
}

async fn against_static(scale: Scale, server: &Server, page: Bytes, what: &str) -> Result<Row> {
    let (status, body) = client::once(server.address, &page).await?;
    ensure!(status == 200 && body.len() > 4_000, "get the page: {status}, {} bytes", body.len());
    let body = Bytes::from(body);
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response() }
    };
    let beside = server.beside(Router::new().route(STATIC, get(answer))).await?;
    let still = client::get(beside, STATIC, "");

    let time = Duration::from_millis(scale.pick(3000, 500));
    let (mut pages, mut stills, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up and is not counted.
    for round in 0..=scale.pick(7, 2) {
        let requests: Arc<[Bytes]> = [still.clone()].into();
        let of_static = client::repeat(beside, CONNECTIONS, time, requests, 200).await?;
        let requests: Arc<[Bytes]> = [page.clone()].into();
        let of_page = client::repeat(server.address, CONNECTIONS, time, requests, 200).await?;
        ensure!(of_static.failed + of_page.failed == 0, "get pages: some of them failed");
        if round > 0 {
            pages.push(of_page.per_second());
            stills.push(of_static.per_second());
            ratios.push(of_page.per_second() / of_static.per_second());
        }
    }
    let mut row = Row::new(what, median(pages), "/s").against(median(stills));
    // Of neighbouring rounds, so that what else the machine does falls on both.
    row.ratio = Some(median(ratios));
    Ok(row)
}
