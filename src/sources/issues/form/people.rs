//! Takes the answer to a field that asks for people, gives their handles. It does not know who exists.

use super::addresses::apart;
use super::others::is_another;
use super::{add, is_login};
use crate::terms::Handle;

/// The people in an answer, and what a remark says where they were understood with good will or not at all.
pub(super) fn people(answer: &str) -> (Vec<Handle>, Option<&'static str>) {
    let (_, text) = apart(answer);
    let mut people: Vec<Handle> = Vec::new();
    let mut more = false;
    for word in text.split(|c: char| c.is_whitespace() || ",;:()[]{}<>|&+\"'`*".contains(c)) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !"@-_".contains(c));
        // `@one/@two` are two people, `@kubernetes/sig-node` is a team.
        let mentions = || word.split('/').map(|part| login(part.strip_prefix('@')?));
        if mentions().all(|handle| handle.is_some()) {
            for handle in mentions().flatten() {
                add(&mut people, handle);
            }
        } else {
            more |= word.chars().any(char::is_alphanumeric) && word != "and";
        }
    }
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let bare = login(bare).filter(|handle| !is_placeholder(handle));
    match (people.is_empty(), bare) {
        _ if answer.is_empty() => (people, None),
        (true, Some(handle)) => (vec![handle], Some("is read as a handle")),
        (true, None) => (people, Some("names nobody")),
        (false, _) if more => (people, Some("says more than the handles in it")),
        (false, _) => (people, None),
    }
}

fn login(text: &str) -> Option<Handle> {
    text.parse().ok().filter(|_| is_login(text))
}

/// Whether a word without `@`, as the whole answer, is meant as something else than a handle.
fn is_placeholder(word: &Handle) -> bool {
    const PLACEHOLDERS: &str = " tbd tba tbc todo none na no yes null nil nobody noone unknown unassigned unclear any \
        anyone anybody someone somebody everyone volunteer volunteers wanted needed open pending self me author same \
        team community maintainer maintainers committers owner owners various multiple no-response not-yet xxx node \
        sig kubernetes ";
    let word = word.folded();
    let of_a_group = word.starts_with("sig-") || word.starts_with("wg-");
    let spelled = word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    !spelled || of_a_group || is_another(&word) || PLACEHOLDERS.contains(&format!(" {word} "))
}

#[cfg(test)]
mod tests {
    use super::super::{Form, read};
    use super::*;

    fn answered(field: &str, answer: &str) -> Form {
        read("", &format!("### {field}\n\n{answer}\n\n"))
    }

    #[test]
    fn handles_are_valid_ones_only() {
        let cases: [(&str, &[&str]); 21] = [
            ("@mikebrow", &["mikebrow"]),
            (
                "@a, @B-c; (@d) **@e** `@f`, cc:@g.",
                &["a", "B-c", "d", "e", "f", "g"],
            ),
            ("@Mike @mike @MIKE", &["Mike"]),
            ("@one/@two", &["one", "two"]),
            ("@kubernetes/sig-node-leads", &[]),
            ("@-a @a- @a--b @a_b @ö @", &[]),
            ("someone@example.com, @example.com", &[]),
            (
                "@aaaaaaaaaabbbbbbbbbbccccccccccddddddddd",
                &["aaaaaaaaaabbbbbbbbbbccccccccccddddddddd"],
            ),
            ("@aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", &[]),
            ("https://medium.com/@nobody", &[]),
            ("<!-- @hidden --> @seen", &["seen"]),
            ("kannon92", &["kannon92"]),
            ("[mikebrow](https://github.com/mikebrow)", &["mikebrow"]),
            ("_TBD_", &[]),
            ("None.", &[]),
            ("N/A", &[]),
            ("anyone", &[]),
            ("SIG-Network", &[]),
            ("two words", &[]),
            ("42", &[]),
            ("?", &[]),
        ];
        for (answer, handles) in cases {
            let form = answered("Shepherd(s)", answer);
            let shepherds: Vec<&str> = form.shepherds.iter().map(Handle::as_str).collect();
            assert_eq!(shepherds, handles, "{answer}");
            let nobody = form
                .remarks
                .iter()
                .any(|remark| remark.ends_with("names nobody"));
            assert_eq!(nobody, handles.is_empty(), "{answer}");
        }
    }
}
