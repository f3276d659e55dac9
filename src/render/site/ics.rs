//! Freezes and releases as calendars (RFC 5545): stable names, and a sequence that grows with each correction, so that whoever subscribes
//! follows it.

use crate::terms::{Date, Release};
use crate::views::board::Board;
use crate::views::board::dates::{Event, Happening};

use super::frame::slug;

/// Every freeze and release.
pub(super) fn whole(board: &Board) -> String {
    let events = board.dates.iter();
    calendar(
        board,
        &format!("{} and Kubernetes releases", board.home),
        events,
    )
}

/// Those of one cycle.
pub(super) fn of_cycle(board: &Board, release: Release) -> String {
    let events = board.dates.iter();
    let events = events.filter(|event| event.is_kubernetes && event.release == release);
    calendar(board, &format!("Kubernetes {release}"), events)
}

fn calendar<'a>(board: &Board, name: &str, events: impl Iterator<Item = &'a Event>) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//kepherd//board//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        format!("NAME:{}", text(name)),
        format!("X-WR-CALNAME:{}", text(name)),
        "REFRESH-INTERVAL;VALUE=DURATION:P1D".to_owned(),
        "X-PUBLISHED-TTL:P1D".to_owned(),
    ];
    for event in events {
        if !matches!(event.what, Happening::Start | Happening::EndOfLife) {
            lines.extend(event_lines(board, event));
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn event_lines(board: &Board, event: &Event) -> Vec<String> {
    let stamp = board.day();
    let whose = match event.is_kubernetes {
        true => "kubernetes".to_owned(),
        false => format!("runtime-{}", slug(&event.product)),
    };
    let uid = format!("{whose}-{}-{}@kepherd", event.release, event.what.key());
    let summary = match event.first == event.last {
        true => event.said(),
        false => format!("{} for this month", event.said()),
    };
    let path = match event.is_kubernetes {
        true => format!("cycle/{}/", event.release),
        false => format!("release/{}/{}/", slug(&event.product), event.release),
    };
    let mut lines = vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        format!("DTSTAMP:{}T000000Z", compact(stamp)),
        format!("SEQUENCE:{}", event.corrections),
    ];
    match event.instant {
        Some(instant) => lines.push(format!("DTSTART:{}", instant.0.strftime("%Y%m%dT%H%M%SZ"))),
        None => {
            lines.push(format!("DTSTART;VALUE=DATE:{}", compact(event.first)));
            lines.push(format!(
                "DTEND;VALUE=DATE:{}",
                compact(event.last.plus_days(1))
            ));
        }
    }
    lines.push(format!("SUMMARY:{}", text(&summary)));
    lines.push("TRANSP:TRANSPARENT".to_owned());
    let status = if event.what == Happening::Planned {
        "TENTATIVE"
    } else {
        "CONFIRMED"
    };
    lines.push(format!("STATUS:{status}"));
    if let Some(url) = &board.url {
        lines.push(format!("URL:{url}/{path}"));
    }
    lines.push("END:VEVENT".to_owned());
    lines
}

fn compact(day: Date) -> String {
    day.to_string().replace('-', "")
}

/// A text as a value: what has a meaning in a calendar is escaped, and controls are left out.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line of at most 75 bytes, and what follows on lines that begin with a space.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > 75 {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters_and_values_end_nothing() {
        let line = folded(&"ü".repeat(100));
        assert!(line.split("\r\n").all(|line| line.len() <= 75), "{line}");
        assert_eq!(
            line.replace("\r\n ", ""),
            format!("{}\r\n", "ü".repeat(100))
        );
        assert_eq!(
            text("a;b,c\\d\nEND:VEVENT\r"),
            "a\\;b\\,c\\\\d\\nEND:VEVENT"
        );
    }
}
