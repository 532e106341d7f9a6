//! The file service from end to end, against the local server.

use std::io;
use std::path::Path;

use backendless::{ErrorCode, ErrorKind, FileInfo, Files, Upload};
use backendless_local::Server;
use futures_util::{TryStreamExt, stream};

use crate::support::{local_client, log_in_new_user};

async fn files() -> (Server, Files) {
    let server = Server::start().await.unwrap();
    let files = local_client(&server).files();
    (server, files)
}

/// 5 MiB of consecutive numbers, so that a lost or misplaced chunk is noticed.
fn five_mebibytes() -> Vec<u8> {
    (0..5 * 1024 * 1024 / 4)
        .flat_map(u32::to_be_bytes)
        .collect()
}

fn count_entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

async fn read(files: &Files, info: &FileInfo) -> backendless::Result<Vec<u8>> {
    Ok(files.download(info).await?.bytes().await?.to_vec())
}

#[tokio::test]
async fn file_is_uploaded_downloaded_and_deleted() {
    let (server, files) = files().await;
    for path in ["a.txt", "my dir/a#b?.txt", "ünï/çø.png", "o'h+ara.txt"] {
        let info = files.upload(path, Upload::bytes(path.to_owned())).await;
        let info = info.unwrap();
        assert!(info.file_url().starts_with(&server.url()));
        assert_eq!(read(&files, &info).await.unwrap(), path.as_bytes());
        let kept = FileInfo::from_url(info.file_url());
        assert_eq!(read(&files, &kept).await.unwrap(), path.as_bytes());

        files.delete(path).await.unwrap();
        for error in [
            read(&files, &info).await.unwrap_err(),
            files.delete(path).await.unwrap_err(),
        ] {
            assert!(error.is_not_found(), "{error}");
            assert_eq!(error.code(), Some(ErrorCode::FILE_NOT_FOUND));
        }
    }
}

#[tokio::test]
async fn file_is_replaced_only_with_overwrite() {
    let (_server, files) = files().await;
    let info = files.upload("a.txt", Upload::bytes("one")).await.unwrap();
    for upload in [
        files.upload("a.txt", Upload::bytes("two")),
        files.upload("a.txt", Upload::bytes("two")).overwrite(false),
    ] {
        let error = upload.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::FILE_EXISTS));
        assert_eq!(read(&files, &info).await.unwrap(), b"one");
    }
    let replacing = files.upload("a.txt", Upload::bytes("two"));
    replacing.overwrite(true).await.unwrap();
    assert_eq!(read(&files, &info).await.unwrap(), b"two");
}

#[tokio::test]
async fn directory_is_deleted_with_its_content() {
    let (_server, files) = files().await;
    let mut infos = Vec::new();
    for path in ["d/a", "d/e/b", "d/e/f/c", "da"] {
        let info = files.upload(path, Upload::bytes("")).await.unwrap();
        assert_eq!(read(&files, &info).await.unwrap(), b"");
        infos.push(info);
    }
    files.delete("d").await.unwrap();
    let kept = infos.pop().unwrap();
    for deleted in infos {
        assert!(read(&files, &deleted).await.unwrap_err().is_not_found());
    }
    assert_eq!(read(&files, &kept).await.unwrap(), b"");
}

#[tokio::test]
async fn large_file_is_transferred_from_every_source() {
    let (_server, files) = files().await;
    let (content, folder) = (five_mebibytes(), tempfile::tempdir().unwrap());
    let local = folder.path().join("local.bin");
    std::fs::write(&local, &content).unwrap();
    let pieces = || {
        let pieces: Vec<_> = content.chunks(77_777).map(<[u8]>::to_vec).collect();
        stream::iter(pieces.into_iter().map(Ok::<_, io::Error>))
    };
    for source in [
        Upload::bytes(content.clone()),
        Upload::file(&local),
        Upload::stream(pieces(), Some(content.len() as u64)),
        Upload::stream(pieces(), None),
    ] {
        let upload = files.upload("big.bin", source).overwrite(true);
        let info = upload.await.unwrap();

        let download = files.download(&info).await.unwrap();
        assert_eq!(download.length(), Some(content.len() as u64));
        let pieces: Vec<_> = download.try_collect().await.unwrap();
        assert!(pieces.len() > 1);
        assert!(pieces.concat() == content, "the content differs");

        let saved = folder.path().join("saved.bin");
        let length = files.download(&info).await.unwrap().save_to(&saved).await;
        assert_eq!(length.unwrap(), content.len() as u64);
        assert!(
            std::fs::read(&saved).unwrap() == content,
            "the content differs"
        );
        assert_eq!(count_entries(folder.path()), 2);
    }
}

#[tokio::test]
async fn failed_upload_keeps_the_old_file() {
    let (_server, files) = files().await;
    let info = files.upload("a.bin", Upload::bytes("old")).await.unwrap();
    let content = five_mebibytes();
    let pieces = || {
        [
            Ok(content.clone()),
            Err(io::Error::other("the source is gone")),
        ]
    };
    for upload in [
        Upload::stream(stream::iter(pieces()), None),
        Upload::stream(stream::iter(pieces()), Some(2 * content.len() as u64)),
        Upload::stream(stream::iter(pieces()), Some(10)),
    ] {
        let error = files.upload("a.bin", upload).overwrite(true).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert_eq!(read(&files, &info).await.unwrap(), b"old");
    }
}

#[tokio::test]
async fn download_uses_the_session_of_the_user() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let session = log_in_new_user(&client, "ann@example.com").await;
    let files = session.client().files();
    let info = files.upload("a.txt", Upload::bytes("x")).await.unwrap();
    assert_eq!(read(&files, &info).await.unwrap(), b"x");
    session.logout().await.unwrap();
    // A rejected token shows that the download sends it.
    assert!(read(&files, &info).await.unwrap_err().is_unauthorized());
    let files = client.files();
    assert_eq!(read(&files, &info).await.unwrap(), b"x");
}

#[tokio::test]
async fn files_are_transferred_concurrently() {
    let (_server, files) = files().await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let files = files.clone();
            tokio::spawn(async move {
                let path = format!("many/{number}.txt");
                let bytes = vec![number; 10_000];
                let info = files.upload(path, Upload::bytes(bytes.clone())).await?;
                Ok::<_, backendless::Error>(read(&files, &info).await? == bytes)
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
}
