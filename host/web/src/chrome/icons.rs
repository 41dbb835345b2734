//! Our own small drawings. A manifest names one; an unknown name gets the sheet of paper.

use maud::{Markup, PreEscaped, html};

/// The platform's mark: two circles and what they share.
pub fn mark() -> Markup {
    PreEscaped(
        "<svg class=\"v-mark__drawing\" viewBox=\"0 0 34 34\" width=\"34\" height=\"34\" aria-hidden=\"true\" focusable=\"false\">\
         <circle cx=\"12\" cy=\"17\" r=\"11\" fill=\"#12408c\"/><circle cx=\"23\" cy=\"17\" r=\"10\" fill=\"#ffcf33\"/>\
         <path fill=\"#0d1b2a\" d=\"M18.45 8.09A11 11 0 0 1 18.45 25.91 10 10 0 0 1 18.45 8.09z\"/></svg>"
            .to_owned(),
    )
}

/// The paths of a drawing on a field of 24 by 24.
fn paths(name: &str) -> &'static str {
    match name {
        "pen" => "M4 20l4-1L20 7l-3-3L5 16zM4 20h16",
        "mail" => "M3 6h18v12H3zM3 7l9 6 9-6",
        "search" => "M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM16 16l5 5",
        "talk" => "M4 4h16v12H9l-5 4z",
        "check" => "M4 12l5 5L20 6",
        "place" => {
            "M12 21s7-6.5 7-12a7 7 0 1 0-14 0c0 5.5 7 12 7 12zM14.5 9a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z"
        }
        "person" => "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM4 21c0-4.500 3.500-7 8-7s8 2.500 8 7",
        "people" => {
            "M12 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zM2 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 5a3.500 3.500 0 0 1 0 6.500M18 14.500c2.500.7 4 2.600 4 5.500"
        }
        "calendar" => "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
        "chart" => "M4 20V4M4 20h16M8 17v-5M13 17V8M18 17v-8",
        "coins" => {
            "M15 7c0 1.700-2.700 3-6 3S3 8.700 3 7s2.700-3 6-3 6 1.300 6 3zM3 7v5c0 1.700 2.700 3 6 3s6-1.300 6-3V7M9 15v2c0 1.700 2.700 3 6 3s6-1.300 6-3v-5c0-1.700-2.700-3-6-3"
        }
        "scales" => "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
        "bell" => "M6 17V11a6 6 0 1 1 12 0v6l2 2H4zM10 21h4",
        "shield" => "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
        "building" => "M4 21V9l8-5 8 5v12M2 21h20M8 21v-9M12 21v-9M16 21v-9",
        "list" => "M8 6h13M8 12h13M8 18h13M3 6h1M3 12h1M3 18h1",
        "key" => "M12 14a5 5 0 1 1-7-4.600 5 5 0 0 1 7 4.600zM11 11l9-9M16 6l3 3",
        _ => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    }
}

/// A drawing by its name, for decoration beside words.
pub fn icon(name: &str) -> Markup {
    html! {
        svg.v-icon viewBox="0 0 24 24" width="30" height="30" fill="none" stroke="currentColor" stroke-width="1.8"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            path d=(paths(name)) {}
        }
    }
}
