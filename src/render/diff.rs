//! What becomes of a file, as a unified diff that `git apply` takes.

use similar::{ChangeTag, TextDiff};

use super::plan_text::Paint;

/// The change of a file, which may get another name; below a prefix.
pub fn unified(
    prefix: &str,
    old_path: &str,
    before: &str,
    new_path: &str,
    after: &str,
    paint: Paint,
) -> String {
    let (old, new) = (
        format!("a/{prefix}{old_path}"),
        format!("b/{prefix}{new_path}"),
    );
    let mut out = String::new();
    if old_path != new_path {
        out.push_str(&format!(
            "diff --git {old} {new}\nrename from {prefix}{old_path}\nrename to {prefix}{new_path}\n"
        ));
    }
    if before == after {
        return out;
    }
    out.push_str(&format!("--- {old}\n+++ {new}\n"));
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        out.push_str(&paint.quiet(&hunk.header().to_string()));
        out.push('\n');
        for change in hunk.iter_changes() {
            let line = change.value();
            let bare = line.strip_suffix('\n').unwrap_or(line);
            out.push_str(&match change.tag() {
                ChangeTag::Delete => paint.removed(&format!("-{bare}")),
                ChangeTag::Insert => paint.added(&format!("+{bare}")),
                ChangeTag::Equal => format!(" {bare}"),
            });
            out.push('\n');
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}
