//! The Files service: a tree of files, written by uploads and served at the address that an upload
//! is answered.
//!
//! SQLite knows the paths; `content` keeps the bytes, one file each, under names of its own. An
//! upload writes its bytes first and its path last, so a path never leads to half a file, and what
//! a killed server left behind without a path is swept up at the next start.

mod content;

use axum::Router;
use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

pub(crate) use content::Content;

use crate::app::App;
use crate::http::input::{Named, PathOf, Query};
use crate::http::reply::{Failure, Json, code, shorten};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS file (
        path TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        media_type TEXT NOT NULL
    );
";

/// What a segment of a path keeps as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const OCTETS: &str = "application/octet-stream";

/// Makes what this service keeps; the names of all contents that a path leads to.
pub(crate) fn prepare(connection: &Connection) -> Result<Vec<String>, Failure> {
    connection.execute_batch(TABLES)?;
    let mut statement = connection.prepare("SELECT content FROM file")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/files/{*name}", post(upload).delete(remove).get(serve))
        // An upload goes to the disk as it comes, however long it is.
        .layer(DefaultBodyLimit::disable())
}

async fn upload(
    State(app): State<App>,
    PathOf(Named { name: path }): PathOf<Named>,
    query: Query,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Json<Value>, Failure> {
    check(&path)?;
    let overwrite = overwrite(&query)?;
    let multipart = multipart.map_err(|_| {
        let message = "an upload is a form of the type multipart/form-data";
        Failure::new(code::WRONG_CONTENT_TYPE, message)
    })?;
    if !overwrite && exists(&app, &path).await? {
        return Err(taken(&path));
    }
    let (content, media_type) = receive(&app, multipart).await?;
    let url = url(&app, &path);
    let name = content.name().to_owned();
    let write = app
        .database
        .write(move |transaction| place(transaction, &path, &name, &media_type, overwrite));
    // Until the path is written the content is nobody's and goes with its guard.
    let replaced = write.await?;
    content.keep();
    if let Some(replaced) = replaced {
        app.content.remove(&replaced).await;
    }
    Ok(Json(json!({ "fileURL": url })))
}

fn overwrite(query: &Query) -> Result<bool, Failure> {
    match query.one("overwrite")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::new(
            code::INVALID_PARAMETER,
            "overwrite is true or false",
        )),
    }
}

/// Writes the one file of the form to the disk.
async fn receive(app: &App, mut form: Multipart) -> Result<(content::Incoming, String), Failure> {
    let broken = |_| Failure::new(code::UPLOAD_FAILED, "the form did not arrive whole");
    let mut received = None;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        if received.is_some() {
            return Err(Failure::new(
                code::SEVERAL_FILES,
                "the form has more than one file",
            ));
        }
        let media_type = field.content_type().unwrap_or(OCTETS).to_owned();
        let mut incoming = app.content.receive().await.map_err(Failure::internal)?;
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            incoming.write(&piece).await.map_err(Failure::internal)?;
        }
        incoming.finish().await.map_err(Failure::internal)?;
        received = Some((incoming, media_type));
    }
    received.ok_or_else(|| Failure::new(code::NO_FILE, "the form has no part named 'file'"))
}

/// Writes the path; answers the content that it led to before.
fn place(
    connection: &Connection,
    path: &str,
    content: &str,
    media_type: &str,
    overwrite: bool,
) -> Result<Option<String>, Failure> {
    let before: Option<String> = connection
        .query_row("SELECT content FROM file WHERE path = ?", [path], |row| {
            row.get(0)
        })
        .optional()?;
    if before.is_some() && !overwrite {
        return Err(taken(path));
    }
    let blocked = below(connection, path)?
        || path.match_indices('/').try_fold(false, |is, (end, _)| {
            Ok::<_, Failure>(is || is_file(connection, &path[..end])?)
        })?;
    if blocked {
        let message = "a directory is in the place of the file, or a file in that of a directory";
        return Err(Failure::new(code::INVALID_PATH, message));
    }
    connection.execute(
        "INSERT OR REPLACE INTO file (path, content, media_type) VALUES (?, ?, ?)",
        params![path, content, media_type],
    )?;
    Ok(before)
}

async fn exists(app: &App, path: &str) -> Result<bool, Failure> {
    let path = path.to_owned();
    app.database
        .read(move |connection| is_file(connection, &path))
        .await
}

fn is_file(connection: &Connection, path: &str) -> Result<bool, Failure> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM file WHERE path = ?")?;
    Ok(statement.exists([path])?)
}

/// Whether there are files below the path, so that it is a directory.
fn below(connection: &Connection, path: &str) -> Result<bool, Failure> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM file WHERE substr(path, 1, length(?1) + 1) = ?1 || '/'")?;
    Ok(statement.exists([path])?)
}

fn taken(path: &str) -> Failure {
    let message = format!(
        "there is a file '{}'; set overwrite to replace it",
        shorten(path)
    );
    Failure::new(code::FILE_EXISTS, message)
}

async fn remove(
    State(app): State<App>,
    PathOf(Named { name: path }): PathOf<Named>,
) -> Result<Json<usize>, Failure> {
    check(&path)?;
    let write = app.database.write(move |transaction| {
        let mut statement = transaction.prepare(
            "DELETE FROM file WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'
             RETURNING content",
        )?;
        let contents = statement.query_map([&path], |row| row.get::<_, String>(0))?;
        let contents = contents.collect::<Result<Vec<_>, _>>()?;
        match contents.is_empty() {
            true => Err(missing(&path)),
            false => Ok(contents),
        }
    });
    let contents = write.await?;
    for content in &contents {
        app.content.remove(content).await;
    }
    Ok(Json(contents.len()))
}

fn missing(path: &str) -> Failure {
    let message = format!("there is no file or directory '{}'", shorten(path));
    Failure::new(code::FILE_NOT_FOUND, message).status(StatusCode::NOT_FOUND)
}

async fn serve(
    State(app): State<App>,
    PathOf(Named { name: path }): PathOf<Named>,
) -> Result<Response, Failure> {
    check(&path)?;
    let wanted = path.clone();
    let found = app.database.read(move |connection| {
        let file = connection
            .prepare_cached("SELECT content, media_type FROM file WHERE path = ?")?
            .query_row([wanted], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
        Ok(file.optional()?)
    });
    let Some((content, media_type)) = found.await? else {
        return Err(missing(&path));
    };
    let Some((file, length)) = app
        .content
        .open(&content)
        .await
        .map_err(Failure::internal)?
    else {
        // Deleted between the two looks.
        return Err(missing(&path));
    };
    let media_type =
        HeaderValue::from_str(&media_type).unwrap_or_else(|_| HeaderValue::from_static(OCTETS));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// Refuses a path that is none.
fn check(path: &str) -> Result<(), Failure> {
    let segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && !segment.contains(|c: char| c == '\\' || c.is_control())
    };
    match path.split('/').all(segment) {
        true => Ok(()),
        false => {
            let message = format!("'{}' is no path of a file", shorten(path));
            Err(Failure::new(code::INVALID_PATH, message))
        }
    }
}

fn url(app: &App, path: &str) -> String {
    let mut url = format!("{}/{}/{}/files", app.origin, app.app_id, app.api_key);
    for segment in path.split('/') {
        url.push('/');
        url.extend(utf8_percent_encode(segment, SEGMENT));
    }
    url
}
