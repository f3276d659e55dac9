//! What GitHub takes. Figures without a link are not documented; they stand in its error messages.

/// Characters of an issue's title.
pub const TITLE: usize = 256;
/// Characters of an issue's body: "body is too long (maximum is 65536 characters)".
pub const BODY: usize = 65_536;
/// Characters of a label's name.
pub const LABEL_NAME: usize = 50;
/// Characters of a label's description: <https://docs.github.com/en/rest/issues/labels#create-a-label>.
pub const LABEL_DESCRIPTION: usize = 100;
/// Labels of an issue.
pub const LABELS_PER_ISSUE: usize = 100;
/// Assignees of an issue: <https://docs.github.com/en/rest/issues/assignees#add-assignees-to-an-issue>.
pub const ASSIGNEES_PER_ISSUE: usize = 10;
/// Entries of one page: <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>.
pub const PAGE: usize = 100;
