//! Cleaning of what people type before it is stored, shown or passed on.
//!
//! Normalises, drops what is invisible or turns text around, and drops markup, in time linear in the
//! text. What is left stays what the person wrote: "3 < 5", "<3" and quotes are no markup.

use unicode_normalization::UnicodeNormalization;

/// Whether a text may have several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// A line break becomes a space.
    One,
    /// Line breaks stay, at most two in a row.
    Many,
}

/// Returns the clean text, which may be empty.
pub fn sanitise(raw: &str, lines: Lines) -> String {
    let visible: String = visible(raw, lines).nfc().collect();
    let plain = without_markup(&visible);
    let whole: String = plain.nfc().collect();
    limit_breaks(whole.trim())
}

fn visible(raw: &str, lines: Lines) -> impl Iterator<Item = char> {
    let line_break = match lines {
        Lines::One => ' ',
        Lines::Many => '\n',
    };
    let mut previous = '\0';
    raw.chars().filter_map(move |c| {
        let second_half = previous == '\r' && c == '\n';
        previous = c;
        match c {
            '\n' if second_half => None,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Some(line_break)
            }
            '\t' => Some(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        }
    })
}

fn without_markup(text: &str) -> String {
    let kept = match TagPass::over(text.chars(), true) {
        Ok(kept) => kept,
        // A script that never ends: its start was dropped, what it held is text like any other.
        Err(unended) => TagPass::over(unended.into_iter(), false).unwrap_or_else(|kept| kept),
    };
    apart(&kept)
}

/// One walk over a text that drops tags. The innermost tag goes first, so that `<<b>script>` cannot
/// leave a tag behind; each `<` is looked at a bounded number of times.
struct TagPass {
    kept: Vec<char>,
    /// Places of each `<` in `kept` that may still begin a tag.
    starts: Vec<usize>,
    /// Where the content of a script or style begins, and which of both it is.
    hidden: Option<(usize, &'static str)>,
    hides_content: bool,
}

impl TagPass {
    /// What is left, or what is left up to the end of a script or style that never came.
    fn over(text: impl Iterator<Item = char>, hides_content: bool) -> Result<Vec<char>, Vec<char>> {
        let mut pass = Self {
            kept: Vec::new(),
            starts: Vec::new(),
            hidden: None,
            hides_content,
        };
        for c in text {
            pass.push(c);
        }
        if pass.hidden.is_some() {
            Err(pass.kept)
        } else {
            Ok(pass.kept)
        }
    }

    fn push(&mut self, c: char) {
        match c {
            '<' => {
                self.starts.push(self.kept.len());
                self.kept.push(c);
            }
            '>' => self.close(),
            _ => self.kept.push(c),
        }
    }

    fn close(&mut self) {
        // Inside a script only what began inside can end.
        let floor = self.hidden.map_or(0, |(from, _)| from);
        while let Some(start) = self.starts.pop_if(|start| *start >= floor) {
            if let Some([_, inner @ ..]) = self.kept.get(start..)
                && inner.first().is_some_and(|c| begins_tag(*c))
            {
                let hiding = hiding_element(inner);
                self.kept.truncate(start);
                self.note(hiding, start);
                return;
            }
        }
        self.kept.push('>');
    }

    fn note(&mut self, element: Option<(bool, &'static str)>, at: usize) {
        match (element, self.hidden) {
            (Some((false, name)), None) if self.hides_content => self.hidden = Some((at, name)),
            (Some((true, name)), Some((from, open))) if name == open => {
                self.kept.truncate(from);
                while self.starts.pop_if(|start| *start >= from).is_some() {}
                self.hidden = None;
            }
            _ => {}
        }
    }
}

fn begins_tag(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '/' | '!' | '?')
}

/// Whether a tag is a script's or style's, and whether it is the closing one.
fn hiding_element(tag: &[char]) -> Option<(bool, &'static str)> {
    let (closing, rest) = match tag {
        ['/', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let is = |name: &str| {
        let mut letters = rest.iter();
        let same = name.chars().all(|expected| {
            letters
                .next()
                .is_some_and(|c| c.eq_ignore_ascii_case(&expected))
        });
        same && letters.next().is_none_or(|c| !c.is_alphanumeric())
    };
    ["script", "style"]
        .into_iter()
        .find(|name| is(name))
        .map(|name| (closing, name))
}

/// Every `<` that still looks like the start of a tag gets a space behind it.
fn apart(kept: &[char]) -> String {
    let mut text = String::with_capacity(kept.len());
    let mut previous = ' ';
    for &c in kept {
        if previous == '<' && begins_tag(c) {
            text.push(' ');
        }
        text.push(c);
        previous = c;
    }
    text
}

fn limit_breaks(text: &str) -> String {
    let mut run = 0;
    text.chars()
        .filter(|c| {
            run = if *c == '\n' { run + 1 } else { 0 };
            run <= 2
        })
        .collect()
}

#[cfg(test)]
mod tests;
