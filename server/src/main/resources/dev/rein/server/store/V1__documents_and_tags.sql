-- ${text} compares byte by byte, so that pages are in the same order in every database.
CREATE TABLE documents (
    kind     ${text} NOT NULL,
    name     ${text} NOT NULL,
    version  BIGINT NOT NULL,
    status   ${text} NOT NULL,
    created  BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE INDEX documents_by_created ON documents (kind, created, name);

CREATE INDEX documents_by_status ON documents (kind, status, name);

CREATE TABLE tags (
    arn   ${text} NOT NULL,
    tag   ${text} NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, tag)
);
