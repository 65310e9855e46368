#include "triggers/objects/object_schema.h"

namespace lambent::triggers {
namespace {

constexpr char kObjects[] = R"(
CREATE TABLE bucket (
    name TEXT PRIMARY KEY,
    created_ms BIGINT NOT NULL,
    rules TEXT NOT NULL
);
CREATE TABLE object (
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksum_kind TEXT NOT NULL,
    checksum TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (bucket, object_key)
);
CREATE INDEX object_blob ON object (blob);
CREATE TABLE object_upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksum_kind TEXT NOT NULL,
    checksum_scope TEXT NOT NULL
);
CREATE INDEX object_upload_key ON object_upload (bucket, object_key, id);
CREATE TABLE object_part (
    upload TEXT NOT NULL,
    number BIGINT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (upload, number)
);
CREATE INDEX object_part_blob ON object_part (blob);
CREATE TABLE object_sequence (id BIGINT PRIMARY KEY, last BIGINT NOT NULL);
INSERT INTO object_sequence (id, last) VALUES (1, 0);
)";

// `object` keeps what a plain GET sees; what it no longer sees, and the delete markers that hide
// it, are rows of `object_version`.
constexpr char kVersions[] = R"(
ALTER TABLE bucket ADD COLUMN versioning TEXT NOT NULL DEFAULT '';
ALTER TABLE object ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE object ADD COLUMN parts TEXT NOT NULL DEFAULT '';
ALTER TABLE object ADD COLUMN version TEXT NOT NULL DEFAULT 'null';
ALTER TABLE object ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE object_upload ADD COLUMN tags TEXT NOT NULL DEFAULT '';
CREATE TABLE object_version (
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksum_kind TEXT NOT NULL,
    checksum TEXT NOT NULL,
    blob TEXT NOT NULL,
    tags TEXT NOT NULL,
    parts TEXT NOT NULL,
    version TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    marker BIGINT NOT NULL,
    PRIMARY KEY (bucket, object_key, version)
);
CREATE INDEX object_version_order ON object_version (bucket, object_key, sequence DESC);
CREATE INDEX object_version_blob ON object_version (blob);
CREATE TABLE bucket_setting (
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
);
)";

}  // namespace

std::vector<sql::Migration> object_migrations() {
    return {sql::Migration{"objects", 1, kObjects}, sql::Migration{"objects", 2, kVersions}};
}

}  // namespace lambent::triggers
