//! Colours of a terminal.

/// Colours of a terminal, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn style(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What is put in.
    pub fn added(self, text: &str) -> String {
        self.style("32", text)
    }

    /// What is taken out, or does not work.
    pub fn removed(self, text: &str) -> String {
        self.style("31", text)
    }

    /// What needs a look.
    pub fn noticed(self, text: &str) -> String {
        self.style("33", text)
    }

    /// What stands out.
    pub fn strong(self, text: &str) -> String {
        self.style("1", text)
    }

    /// What stands back.
    pub fn quiet(self, text: &str) -> String {
        self.style("2", text)
    }
}
