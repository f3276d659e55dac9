//! The server: what a client may send, in which order, and what it gets for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use gen_lsp_types::json_rpc::{Error, Id, RequestObject, ResponseObject};
use gen_lsp_types::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::actions::{actions, edit};
use super::client::Client;
use super::completion::completion;
use super::diagnostics::{Board, location};
use super::hover::hover;
use super::meaning::Meaning;
use super::navigation::{At, Named, definition, named, references, renamed};
use super::outline::Outline;
use super::overview::{known, lenses, links, symbols, workspace_symbol};
use super::positions::Lines;
use super::promises::{NAME, promises};
use super::wire::Incoming;
use super::workspace::{Asked, Disk, OpenRegistry, Workspace, key_of, path_of};
use crate::findings::sources::FileId;
use crate::terms::Handle;
use crate::terms::links::Site;
use crate::text::source::Span;

/// How a server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// It was told to shut down before.
    Orderly,
    /// It was not.
    Abrupt,
}

/// A message that goes out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outgoing {
    /// The answer to a request.
    Answer(ResponseObject),
    /// A request or a notification.
    Call(RequestObject),
}

/// How far a conversation is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Strange,
    Greeted,
    ShutDown,
    Over(Over),
}

/// A server for one client.
pub struct Server<D> {
    workspace: Workspace<D>,
    site: Site,
    client: Client,
    state: State,
    waiting: VecDeque<Incoming>,
    out: Vec<Outgoing>,
    board: Board,
    /// Files whose texts were edited since diagnostics went out last.
    edited: Vec<PathBuf>,
    is_unsettled: bool,
    /// How many messages were handled since then.
    since: usize,
    asked: BTreeMap<i64, Question>,
    next: i64,
    watched: BTreeSet<String>,
    /// The address under which the client was told of a file.
    told: BTreeMap<PathBuf, Uri>,
}

/// What the client was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Settings,
    Other,
}

/// What a request ends with where it has no result.
struct Refusal {
    code: ErrorCodes,
    message: String,
    data: Option<Value>,
}

impl Refusal {
    fn new(code: ErrorCodes, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    fn cancelled() -> Self {
        Self::of(LspErrorCodes::RequestCancelled, "the request was cancelled")
    }

    fn of(code: LspErrorCodes, message: &str) -> Self {
        let code: i32 = code.into();
        Self::new(ErrorCodes::Custom(code), message)
    }
}

type Answer = Result<Value, Refusal>;

/// So many messages wait at most, if whoever takes them in asks: see [`Server::is_busy`].
const MOST_WAITING: usize = 1_024;

/// After so many messages diagnostics go out even if more of them wait.
const MOST_BEFORE_DIAGNOSTICS: usize = 64;

impl<D: Disk> Server<D> {
    /// A server that reads files as `disk` does; issues are looked at on `site`.
    pub fn new(disk: D, site: Site) -> Self {
        Self {
            workspace: Workspace::new(disk),
            site,
            client: Client::of(&Value::Null),
            state: State::Strange,
            waiting: VecDeque::new(),
            out: Vec::new(),
            board: Board::default(),
            edited: Vec::new(),
            is_unsettled: false,
            since: 0,
            asked: BTreeMap::new(),
            next: 1,
            watched: BTreeSet::new(),
            told: BTreeMap::new(),
        }
    }

    /// How the conversation ended; absent: it goes on.
    pub fn over(&self) -> Option<Over> {
        match self.state {
            State::Over(over) => Some(over),
            _ => None,
        }
    }

    /// Whether somebody else says when files change on disk. Where nobody does, [`look_at_disk`](Self::look_at_disk) is to be called now
    /// and then.
    pub fn is_told_of_files(&self) -> bool {
        self.client.watches
    }

    /// Whether so many messages wait that no more should be taken in.
    pub fn is_busy(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    /// Takes a message in. What was cancelled before it was its turn is answered at once.
    pub fn put(&mut self, message: Incoming) {
        if let Incoming::Notification { method, params } = &message
            && method == "$/cancelRequest"
        {
            let id = params.get("id").cloned().unwrap_or_default();
            let id: Id = serde_json::from_value(id).unwrap_or(Id::Null);
            let is_it =
                |one: &Incoming| matches!(one, Incoming::Request { id: own, .. } if *own == id);
            let waits = self.waiting.iter().position(is_it);
            if waits.and_then(|at| self.waiting.remove(at)).is_some() {
                self.answer(id, Err(Refusal::cancelled()));
            }
            return;
        }
        self.waiting.push_back(message);
    }

    /// Handles the message that waits longest, or, if none does, sends the diagnostics that are due; whether there was anything to do.
    pub fn step(&mut self) -> bool {
        if self.over().is_some() {
            return false;
        }
        if self.since >= MOST_BEFORE_DIAGNOSTICS || self.waiting.is_empty() {
            self.since = 0;
            if self.is_unsettled {
                self.settle();
                return true;
            }
        }
        let Some(message) = self.waiting.pop_front() else {
            return false;
        };
        self.since += 1;
        match message {
            Incoming::Request { id, method, params } => {
                let answer = self.request(&method, params);
                self.answer(id, answer);
            }
            Incoming::Notification { method, params } => self.notification(&method, params),
            Incoming::Response { id, result } => self.response(&id, &result),
            Incoming::Refused(answer) => self.out.push(Outgoing::Answer(answer)),
        }
        true
    }

    /// Looks whether files changed on disk.
    pub fn look_at_disk(&mut self) {
        if self.state == State::Greeted {
            self.workspace.look_at_disk();
            self.is_unsettled = true;
        }
    }

    /// What goes out.
    pub fn take(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.out)
    }

    fn answer(&mut self, id: Id, answer: Answer) {
        let answer = match answer {
            Ok(result) => answered(id, result),
            Err(Refusal {
                code,
                message,
                data,
            }) => ResponseObject::from_error(
                id,
                Error {
                    code,
                    message,
                    data,
                },
            ),
        };
        self.out.push(Outgoing::Answer(answer));
    }

    fn tell<N: Notification>(&mut self, params: N::Params) {
        let call = RequestObject::from_notification::<N>(params);
        self.out.push(Outgoing::Call(call));
    }

    fn ask<R: Request>(&mut self, params: R::Params, question: Question) {
        let id = self.next;
        self.next += 1;
        // One that never answers is not remembered for ever.
        if self.asked.len() > 100 {
            self.asked.pop_first();
        }
        self.asked.insert(id, question);
        let call = RequestObject::from_request::<R>(id.into(), params);
        self.out.push(Outgoing::Call(call));
    }

    /// Judges what was not judged yet, and says why a registry is not looked at.
    fn judge(&mut self) {
        self.workspace.judge();
        for message in self.workspace.untold() {
            self.tell::<ShowMessageNotification>(ShowMessageParams {
                kind: MessageType::Warning,
                message,
            });
        }
    }

    fn log(&mut self, message: impl Into<String>) {
        self.tell::<LogMessageNotification>(LogMessageParams {
            kind: MessageType::Warning,
            message: message.into(),
        });
    }

    fn request(&mut self, method: &str, params: Value) -> Answer {
        match (&self.state, method) {
            (State::Strange, "initialize") => return self.initialize(params),
            (State::Strange, _) => {
                let message = "the client has not said `initialize` yet";
                return Err(Refusal::new(ErrorCodes::ServerNotInitialized, message));
            }
            (State::Greeted, "shutdown") => {
                self.state = State::ShutDown;
                return Ok(Value::Null);
            }
            (State::Greeted, "initialize") => {
                let message = "the client has said `initialize` before";
                return Err(Refusal::new(ErrorCodes::InvalidRequest, message));
            }
            (State::Greeted, _) => {}
            (State::ShutDown | State::Over(_), _) => {
                let message = "the server was told to shut down";
                return Err(Refusal::new(ErrorCodes::InvalidRequest, message));
            }
        }
        match method {
            "textDocument/hover" => self.hover(parsed(params)?),
            "textDocument/completion" => self.completion(parsed(params)?),
            "textDocument/definition" => self.definition(parsed(params)?),
            "textDocument/references" => self.references(parsed(params)?),
            "textDocument/documentSymbol" => self.symbols(parsed(params)?),
            "workspace/symbol" => self.workspace_symbols(&parsed::<WorkspaceSymbolParams>(params)?),
            "textDocument/codeLens" => self.lenses(parsed(params)?),
            "textDocument/documentLink" => self.links(parsed(params)?),
            "textDocument/codeAction" => self.actions(parsed(params)?),
            "textDocument/prepareRename" => self.prepare_rename(parsed(params)?),
            "textDocument/rename" => self.rename(parsed(params)?),
            "textDocument/diagnostic" => self.pulled(parsed(params)?),
            "workspace/diagnostic" => self.pulled_all(parsed(params)?),
            _ => {
                let message = format!("`{method}` is nothing that this server does");
                Err(Refusal::new(ErrorCodes::MethodNotFound, message))
            }
        }
    }

    fn initialize(&mut self, params: Value) -> Answer {
        self.client = Client::of(&params);
        self.state = State::Greeted;
        for folder in &self.client.folders {
            self.workspace.open_folder(folder);
        }
        value(promises(&self.client))
    }

    fn notification(&mut self, method: &str, params: Value) {
        match (&self.state, method) {
            (State::ShutDown, "exit") => return self.state = State::Over(Over::Orderly),
            (_, "exit") => return self.state = State::Over(Over::Abrupt),
            // Before a greeting, and after the end, nothing is said that counts.
            (State::Greeted, _) => {}
            _ => return,
        }
        let heard = match method {
            "initialized" => {
                self.is_unsettled = true;
                self.ask_for_settings();
                Ok(())
            }
            "textDocument/didOpen" => parsed(params).map(|params| self.opened(params)),
            "textDocument/didChange" => self.changed(params),
            "textDocument/didClose" => parsed(params).map(|params| self.closed(params)),
            "textDocument/didSave" => {
                self.workspace.saved();
                self.is_unsettled = true;
                Ok(())
            }
            "workspace/didChangeWatchedFiles" => parsed(params).map(|params| self.watched(&params)),
            "workspace/didChangeWorkspaceFolders" => {
                parsed(params).map(|params| self.folders(&params))
            }
            "workspace/didChangeConfiguration" => {
                self.configured(params.get("settings").unwrap_or(&Value::Null));
                Ok(())
            }
            // `$/…` may be passed over, and so may what is not promised.
            _ => Ok(()),
        };
        if let Err(refusal) = heard {
            self.log(format!("`{method}` is passed over: {}", refusal.message));
        }
    }

    fn response(&mut self, id: &Id, result: &Value) {
        let question = match id {
            Id::Number(id) => self.asked.remove(id),
            _ => None,
        };
        if question == Some(Question::Settings)
            && let Some(section) = result.get(0)
        {
            self.set(section);
        }
    }

    fn ask_for_settings(&mut self) {
        if self.client.tells_settings {
            let item = ConfigurationItem {
                scope_uri: None,
                section: Some(NAME.to_owned()),
            };
            self.ask::<ConfigurationRequest>(
                ConfigurationParams { items: vec![item] },
                Question::Settings,
            );
        }
    }

    fn configured(&mut self, settings: &Value) {
        match settings {
            // What has changed is to be asked for.
            Value::Null => self.ask_for_settings(),
            settings => self.set(settings),
        }
    }

    fn set(&mut self, settings: &Value) {
        let before = self.client.settings;
        self.client.settings.take(settings);
        if self.client.settings != before {
            self.workspace.show_again();
            self.is_unsettled = true;
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let TextDocumentItem {
            uri, version, text, ..
        } = params.text_document;
        self.workspace.open(uri.clone(), version, text);
        self.touched(&uri);
    }

    /// By hand: a range that cannot be read would pass for none, and the text of a word for that of the whole file.
    fn changed(&mut self, params: Value) -> Result<(), Refusal> {
        let invalid =
            |error: serde_json::Error| Refusal::new(ErrorCodes::InvalidParams, error.to_string());
        let document = params.get("textDocument").cloned().unwrap_or_default();
        let document: VersionedTextDocumentIdentifier =
            serde_json::from_value(document).map_err(invalid)?;
        let changes = params.get("contentChanges").and_then(Value::as_array);
        let mut read: Vec<TextDocumentContentChangeEvent> = Vec::new();
        for change in changes.into_iter().flatten() {
            let change = change.clone();
            read.push(match change.get("range") {
                Some(_) => serde_json::from_value::<TextDocumentContentChangePartial>(change)
                    .map_err(invalid)?
                    .into(),
                None => serde_json::from_value::<TextDocumentContentChangeWholeDocument>(change)
                    .map_err(invalid)?
                    .into(),
            });
        }
        let uri = document.text_document_identifier.uri;
        match self
            .workspace
            .change(&uri, document.version, read, self.client.encoding)
        {
            true => self.touched(&uri),
            false => self.log(format!("`{}` is edited and was never opened", uri.0)),
        }
        Ok(())
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        self.touched(&uri);
        self.workspace.close(&uri);
    }

    fn touched(&mut self, uri: &Uri) {
        self.is_unsettled = true;
        let path = self
            .workspace
            .document(uri)
            .and_then(|one| one.path.clone());
        if let Some(path) = path.filter(|path| !self.edited.contains(path)) {
            self.edited.push(path);
        }
    }

    fn watched(&mut self, params: &DidChangeWatchedFilesParams) {
        let paths = params
            .changes
            .iter()
            .filter_map(|change| path_of(&change.uri.0));
        // A text that is open counts whatever is on disk, unless the file is gone, or new.
        let counts = |path: &PathBuf| self.workspace.document_at(path).is_none();
        let is_told = params
            .changes
            .iter()
            .any(|change| change.kind != FileChangeType::Changed);
        let paths: Vec<PathBuf> = paths.filter(|path| is_told || counts(path)).collect();
        if !paths.is_empty() {
            self.workspace.changed_on_disk(&paths);
            self.is_unsettled = true;
        }
    }

    fn folders(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        let added = params.event.added.iter();
        for folder in added.filter_map(|folder| path_of(&folder.uri.0)) {
            self.workspace.open_folder(&folder);
        }
        let removed = params.event.removed.iter();
        for folder in removed.filter_map(|folder| path_of(&folder.uri.0)) {
            self.workspace.close_folder(&folder);
        }
        self.is_unsettled = true;
    }

    /// Judges what was edited, and says what is found.
    fn settle(&mut self) {
        self.is_unsettled = false;
        let edited = std::mem::take(&mut self.edited);
        self.judge();
        self.watch();
        let anew = self.workspace.judged_anew();
        let changed = self
            .board
            .update(&self.workspace, &self.client, &anew, &edited);
        if self.client.pulls {
            let is_elsewhere = changed.iter().any(|path| !edited.contains(path));
            if is_elsewhere && self.client.pulls_again {
                self.ask::<DiagnosticRefreshRequest>((), Question::Other);
            }
        } else {
            for path in &changed {
                self.publish(path);
            }
        }
        if !changed.is_empty() && self.client.draws_lenses_again {
            self.ask::<CodeLensRefreshRequest>((), Question::Other);
        }
    }

    /// Tells what is found in a file, under the address that the client has for it now.
    fn publish(&mut self, path: &Path) {
        let diagnostics = self
            .board
            .of(path)
            .map_or(Vec::new(), |of| of.shown.clone());
        let version = self.workspace.document_at(path).map(|one| one.version);
        let uri = self.workspace.uri_at(path);
        let before = match diagnostics.is_empty() {
            true => self.told.remove(path),
            false => self.told.insert(path.to_owned(), uri.clone()),
        };
        // What was told under another spelling would stay.
        if let Some(before) = before.filter(|before| *before != uri) {
            self.tell::<PublishDiagnosticsNotification>(PublishDiagnosticsParams {
                uri: before,
                version: None,
                diagnostics: Vec::new(),
            });
        }
        self.tell::<PublishDiagnosticsNotification>(PublishDiagnosticsParams {
            uri,
            version,
            diagnostics,
        });
    }

    /// Has the client watch the files of registries, and no others; of folders without one, what would make one.
    fn watch(&mut self) {
        if !self.client.watches {
            return;
        }
        // Files that are no records, and lie where records do, have findings too.
        const FILES: [&str; 2] = ["**/*.toml", "{sig-*,wg-*,releases,work-items}/**"];
        const MAKING: [&str; 2] = ["registry.toml", "keps/registry.toml"];
        let registries = self.workspace.registries();
        let registries = registries.map(|one| (one.root.clone(), FILES));
        let folders = self.workspace.folders_without();
        let folders = folders.map(|folder| (folder.clone(), MAKING));
        let wanted: Vec<(PathBuf, [&str; 2])> = registries.chain(folders).collect();
        for (folder, patterns) in wanted {
            let id = format!("{} of {}", patterns[0], folder.to_string_lossy());
            if !self.watched.insert(id.clone()) {
                continue;
            }
            let uri = super::workspace::uri_of(&folder);
            let watchers = patterns.map(|pattern| match self.client.watches_below {
                true => json!({ "globPattern": { "baseUri": uri, "pattern": pattern } }),
                false => {
                    json!({ "globPattern": format!("{}/{pattern}", folder.to_string_lossy()) })
                }
            });
            let registration = Registration {
                id,
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: Some(json!({ "watchers": watchers })),
            };
            let registrations = vec![registration];
            self.ask::<RegistrationRequest>(RegistrationParams { registrations }, Question::Other);
        }
    }

    /// What is asked about in an open text, and at which byte.
    fn at(&mut self, place: &TextDocumentPositionParams) -> Option<(Asked<'_>, usize)> {
        let encoding = self.client.encoding;
        let asked = self.workspace.asked(&place.text_document.uri, encoding)?;
        let offset = asked.lines().offset(place.position);
        Some((asked, offset))
    }

    fn hover(&mut self, params: HoverParams) -> Answer {
        let site = self.site.clone();
        let said = self
            .at(&params.text_document_position_params)
            .and_then(|(asked, offset)| {
                let (said, span) = hover(&asked, offset, &site)?;
                Some(Hover {
                    contents: Contents::MarkupContent(MarkupContent {
                        kind: MarkupKind::Markdown,
                        value: said,
                    }),
                    range: Some(asked.lines().range(span)),
                })
            });
        value(said)
    }

    fn completion(&mut self, params: CompletionParams) -> Answer {
        let place = params.text_document_position_params;
        // What rules find is offered to be accepted, so that it has to be known.
        self.judge();
        self.is_unsettled = true;
        let snippets = self.client.snippets;
        let items = self.at(&place);
        let items = items.map(|(asked, offset)| completion(&asked, offset, snippets));
        value(CompletionList {
            is_incomplete: false,
            items: items.unwrap_or_default(),
            ..CompletionList::default()
        })
    }

    fn locations(&self, registry: &OpenRegistry, places: Vec<At>) -> Vec<Location> {
        let at = |(file, span): (FileId, Span)| {
            location(&self.workspace, registry, self.client.encoding, file, span)
        };
        places.into_iter().map(at).collect()
    }

    fn definition(&mut self, params: DefinitionParams) -> Answer {
        let place = params.text_document_position_params;
        let found = self.at(&place).and_then(|(asked, offset)| {
            let outline = Outline::of(&asked.document.text);
            let named = named(&asked, &outline, offset)?;
            let at = definition(asked.registry, &named, &asked)?;
            Some((asked.registry.root.clone(), at))
        });
        let locations = found.and_then(|(root, at)| {
            let registry = self.workspace.registry_in(&root)?;
            Some(self.locations(registry, vec![at]))
        });
        value(locations)
    }

    fn references(&mut self, params: ReferenceParams) -> Answer {
        let place = params.text_document_position_params;
        let with_definition = params.context.include_declaration;
        let found = self.at(&place).and_then(|(asked, offset)| {
            let outline = Outline::of(&asked.document.text);
            let named = named(&asked, &outline, offset)?;
            let from = definition(asked.registry, &named, &asked);
            let mut places = references(asked.registry, &named);
            places.retain(|at| with_definition || Some(*at) != from);
            Some((asked.registry.root.clone(), places))
        });
        let locations = found.and_then(|(root, places)| {
            let registry = self.workspace.registry_in(&root)?;
            Some(self.locations(registry, places))
        });
        value(locations)
    }

    fn symbols(&mut self, params: DocumentSymbolParams) -> Answer {
        let Some(document) = self.workspace.document(&params.text_document.uri) else {
            return Ok(Value::Null);
        };
        let lines = Lines::of(&document.text, self.client.encoding);
        let nested = symbols(&document.text, &lines);
        if self.client.nested_symbols {
            return value(nested);
        }
        // Who knows no symbols in symbols gets those at the top.
        let flat = nested.into_iter().map(|one| {
            json!({
                "name": one.name,
                "kind": one.kind,
                "location": Location { uri: document.uri.clone(), range: one.range },
            })
        });
        Ok(flat.collect())
    }

    fn workspace_symbols(&mut self, params: &WorkspaceSymbolParams) -> Answer {
        self.workspace.catch_up();
        let mut all = Vec::new();
        for registry in self.workspace.registries() {
            for (name, kind, at) in known(registry, &params.query) {
                let at = self.locations(registry, vec![at]);
                let symbols = at
                    .into_iter()
                    .map(|at| workspace_symbol(name.clone(), kind, at));
                all.extend(symbols);
            }
        }
        value(all)
    }

    fn lenses(&mut self, params: CodeLensParams) -> Answer {
        let encoding = self.client.encoding;
        let asked = self.workspace.asked(&params.text_document.uri, encoding);
        value(asked.map(|asked| lenses(&asked)).unwrap_or_default())
    }

    fn links(&mut self, params: DocumentLinkParams) -> Answer {
        let encoding = self.client.encoding;
        let asked = self.workspace.asked(&params.text_document.uri, encoding);
        value(
            asked
                .map(|asked| links(&asked, &self.site))
                .unwrap_or_default(),
        )
    }

    fn actions(&mut self, params: CodeActionParams) -> Answer {
        self.judge();
        self.is_unsettled = true;
        let encoding = self.client.encoding;
        let asked = self.workspace.asked(&params.text_document.uri, encoding);
        let Some((root, file, span)) = asked.map(|asked| {
            let span = asked.lines().span(params.range);
            (asked.registry.root.clone(), asked.file, span)
        }) else {
            return Ok(json!([]));
        };
        let only = params.context.only.unwrap_or_default();
        let registry = self.workspace.registry_in(&root);
        let all = registry
            .map(|registry| actions(&self.workspace, &self.client, registry, file, span, &only));
        value(all.unwrap_or_default())
    }

    fn prepare_rename(&mut self, params: PrepareRenameParams) -> Answer {
        let place = params.text_document_position_params;
        let found = self.at(&place).and_then(|(asked, offset)| {
            let outline = Outline::of(&asked.document.text);
            let named = person_at(&asked, &outline, offset)?;
            let quotes = (named.span.end - named.span.start).saturating_sub(named.name.len()) / 2;
            let inner = Span {
                start: named.span.start + quotes,
                end: named.span.end.saturating_sub(quotes),
            };
            Some(json!({ "range": asked.lines().range(inner), "placeholder": named.name }))
        });
        Ok(found.unwrap_or_default())
    }

    fn rename(&mut self, params: RenameParams) -> Answer {
        let place = params.text_document_position_params;
        let found = self.at(&place).and_then(|(asked, offset)| {
            let outline = Outline::of(&asked.document.text);
            let named = person_at(&asked, &outline, offset)?;
            Some((asked.registry.root.clone(), named))
        });
        let Some((root, named)) = found else {
            let message = "only a GitHub handle can be renamed";
            return Err(Refusal::of(LspErrorCodes::RequestFailed, message));
        };
        let Some(registry) = self.workspace.registry_in(&root) else {
            return Ok(Value::Null);
        };
        let proposals = renamed(registry, &named, &params.new_name)
            .map_err(|message| Refusal::of(LspErrorCodes::RequestFailed, &message))?;
        value(edit(&self.workspace, &self.client, registry, &proposals))
    }

    /// Whether a text is edited by a message that waits.
    fn will_change(&self, uri: &Uri) -> bool {
        self.waiting.iter().any(|message| match message {
            Incoming::Notification { method, params } if method == "textDocument/didChange" => {
                params.pointer("/textDocument/uri").and_then(Value::as_str) == Some(&uri.0)
            }
            _ => false,
        })
    }

    fn pulled(&mut self, params: DocumentDiagnosticParams) -> Answer {
        let uri = params.text_document.uri;
        // An answer would be of a text that is gone already.
        if self.will_change(&uri) {
            let mut refusal = Refusal::of(
                LspErrorCodes::ServerCancelled,
                "the text was edited meanwhile",
            );
            refusal.data = Some(json!({ "retriggerRequest": true }));
            return Err(refusal);
        }
        self.settle();
        let path = self
            .workspace
            .document(&uri)
            .and_then(|one| one.path.clone());
        let path = path.or_else(|| path_of(&uri.0));
        let published = path.and_then(|path| self.board.of(&path));
        let result = published
            .map_or(0, |published| published.result)
            .to_string();
        if params.previous_result_id.as_deref() == Some(&result) {
            return Ok(json!({ "kind": "unchanged", "resultId": result }));
        }
        let shown = published.map_or(&[][..], |published| &published.shown);
        Ok(json!({ "kind": "full", "resultId": result, "items": shown }))
    }

    fn pulled_all(&mut self, params: WorkspaceDiagnosticParams) -> Answer {
        self.settle();
        // An address may be spelt in several ways.
        let known = params.previous_result_ids.into_iter();
        let known: BTreeMap<String, (Uri, String)> = known
            .map(|one| (key_of(&one.uri), (one.uri, one.value)))
            .collect();
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        for (path, published) in self.board.files() {
            let uri = self.workspace.uri_at(&path);
            let version = self.workspace.document_at(&path).map(|one| one.version);
            let result = published.result.to_string();
            let key = path.to_string_lossy().into_owned();
            let is_known = known.get(&key).is_some_and(|(_, known)| *known == result);
            seen.insert(key);
            items.push(match is_known {
                true => json!({ "kind": "unchanged", "uri": uri, "version": version, "resultId": result }),
                false => json!({
                    "kind": "full",
                    "uri": uri,
                    "version": version,
                    "resultId": result,
                    "items": published.shown,
                }),
            });
        }
        // What the client still shows of files that are gone.
        let gone = known
            .into_iter()
            .filter(|(key, (_, result))| !seen.contains(key) && result != "0");
        items.extend(gone.map(|(_, (uri, _))| {
            json!({ "kind": "full", "uri": uri, "version": null, "resultId": "0", "items": [] })
        }));
        Ok(json!({ "items": items }))
    }
}

/// A handle that a cursor is on, if it is written as one.
fn person_at(asked: &Asked<'_>, outline: &Outline<'_>, offset: usize) -> Option<Named> {
    let named = named(asked, outline, offset);
    named.filter(|one| one.meaning == Meaning::Person && one.name.parse::<Handle>().is_ok())
}

/// A result, whatever its type.
fn answered(id: Id, result: Value) -> ResponseObject {
    /// A request of any method: only its result matters.
    enum Any {}

    impl Request for Any {
        type Params = Value;
        type Result = Value;
        const METHOD: LspRequestMethod<'static> = LspRequestMethod::Shutdown;
        const MESSAGE_DIRECTION: MessageDirection = MessageDirection::Both;
    }

    ResponseObject::from_success::<Any>(id, result)
}

fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal::new(ErrorCodes::InvalidParams, error.to_string()))
}

fn value(result: impl Serialize) -> Answer {
    serde_json::to_value(result)
        .map_err(|error| Refusal::new(ErrorCodes::InternalError, error.to_string()))
}
