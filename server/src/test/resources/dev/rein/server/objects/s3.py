import datetime
import hashlib
import http.client
import io
import os
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.auth
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL_S3"]


def client(key=os.environ["AWS_ACCESS_KEY_ID"], secret=os.environ["AWS_SECRET_ACCESS_KEY"], **options):
    return boto3.client(
        "s3", aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}, read_timeout=30, s3={"addressing_style": "path"}, **options))


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"]
    raise AssertionError("not refused: %s" % arguments)


def words(call):
    try:
        call()
    except ClientError as e:
        return e.response["Error"]["Message"]
    raise AssertionError("not refused")


s3 = client()

# buckets
s3.create_bucket(Bucket="plain")
s3.create_bucket(Bucket="plain")  # again, as in us-east-1
s3.create_bucket(Bucket="west", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["plain", "west"]
s3.head_bucket(Bucket="plain")
assert refused(s3.head_bucket, Bucket="nobody") == (404, "404")
assert refused(s3.put_object, Bucket="nobody", Key="k", Body=b"") == (404, "NoSuchBucket")

# put, get, head
put = s3.put_object(Bucket="plain", Key="a/b.txt", Body=b"hello", ContentType="text/plain", Metadata={"who": "me"},
                    ServerSideEncryption="AES256", Tagging="a=b")
got = s3.get_object(Bucket="plain", Key="a/b.txt")
assert got["Body"].read() == b"hello" and got["ContentType"] == "text/plain" and got["Metadata"] == {"who": "me"}, got
assert got["ETag"] == put["ETag"]
head = s3.head_object(Bucket="plain", Key="a/b.txt")
assert head["ContentLength"] == 5, head
assert s3.get_object(Bucket="plain", Key="a/b.txt", Range="bytes=1-3")["Body"].read() == b"ell"
assert refused(s3.get_object, Bucket="plain", Key="a/b.txt", Range="bytes=9-")[0] == 416
assert refused(s3.get_object, Bucket="plain", Key="none") == (404, "NoSuchKey")
assert refused(s3.head_object, Bucket="plain", Key="none") == (404, "404")
s3.put_object(Bucket="plain", Key="a/kms", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="mine",
              ExpectedBucketOwner="000000000000")
assert s3.get_object(Bucket="plain", Key="a/kms", ExpectedBucketOwner="000000000000")["Body"].read() == b"x"
s3.put_object(Bucket="plain", Key="empty", Body=b"")
assert s3.get_object(Bucket="plain", Key="empty")["Body"].read() == b""
s3.put_object(Bucket="plain", Key="a/b.txt", Body=b"newer")
assert s3.get_object(Bucket="plain", Key="a/b.txt")["Body"].read() == b"newer"

# conditions and checksums
assert refused(s3.put_object, Bucket="plain", Key="empty", Body=b"y", IfNoneMatch="*") == (412, "PreconditionFailed")
assert refused(s3.put_object, Bucket="plain", Key="bad", Body=b"y", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")[1] == "BadDigest"
assert refused(s3.put_object, Bucket="plain", Key="bad", Body=b"y", ChecksumCRC32="AAAAAA==")[0] == 400
assert refused(s3.head_object, Bucket="plain", Key="bad") == (404, "404")

# of many at once one creates; a reader sees one whole object or another
from concurrent.futures import ThreadPoolExecutor


def create(n):
    try:
        s3.put_object(Bucket="plain", Key="race", Body=b"%d" % n * 100_000, IfNoneMatch="*")
        return 200
    except ClientError as e:
        return e.response["ResponseMetadata"]["HTTPStatusCode"]


with ThreadPoolExecutor(8) as pool:
    results = list(pool.map(create, range(10, 50)))
assert results.count(200) == 1 and set(results) <= {200, 409, 412}, results


def overwrite(n):
    s3.put_object(Bucket="plain", Key="race", Body=b"%d" % n * 100_000)


def read(_):
    got = s3.get_object(Bucket="plain", Key="race")
    body = got["Body"].read()
    assert body == body[:2] * 100_000 and got["ETag"] == '"%s"' % hashlib.md5(body).hexdigest(), (got, body[:9])


with ThreadPoolExecutor(8) as pool:
    writes = [pool.submit(overwrite, n) for n in range(10, 30)]
    reads = [pool.submit(read, n) for n in range(40)]
    for done in writes + reads:
        done.result()
s3.delete_object(Bucket="plain", Key="race")

# lists, with pages
for i in range(25):
    s3.put_object(Bucket="west", Key="p/%02d" % i, Body=b"x")
s3.put_object(Bucket="west", Key="q/r/s", Body=b"x")
s3.put_object(Bucket="west", Key="z", Body=b"x")
for name in ("list_objects", "list_objects_v2"):
    pages = list(s3.get_paginator(name).paginate(Bucket="west", Prefix="p/", PaginationConfig={"PageSize": 10}))
    assert [len(p["Contents"]) for p in pages] == [10, 10, 5], name
    assert [o["Key"] for p in pages for o in p["Contents"]] == ["p/%02d" % i for i in range(25)], name
    top = getattr(s3, name)(Bucket="west", Delimiter="/")
    assert [p["Prefix"] for p in top["CommonPrefixes"]] == ["p/", "q/"] and [o["Key"] for o in top["Contents"]] == ["z"]
assert s3.list_objects_v2(Bucket="west", StartAfter="p/23")["KeyCount"] == 3
assert s3.list_objects_v2(Bucket="west", Prefix="none")["KeyCount"] == 0
assert refused(s3.list_objects_v2, Bucket="nobody") == (404, "NoSuchBucket")

# copy and delete
s3.copy_object(Bucket="west", Key="copy", CopySource={"Bucket": "plain", "Key": "a/b.txt"})
assert s3.get_object(Bucket="west", Key="copy")["Body"].read() == b"newer"
s3.delete_object(Bucket="west", Key="copy")
s3.delete_object(Bucket="west", Key="copy")
deleted = s3.delete_objects(Bucket="west", Delete={"Objects": [{"Key": "p/%02d" % i} for i in range(25)]})
assert len(deleted["Deleted"]) == 25, deleted
assert refused(s3.delete_bucket, Bucket="west") == (409, "BucketNotEmpty")

# multipart
big = os.urandom(20 * 1024 * 1024 + 7)
s3.upload_fileobj(io.BytesIO(big), "plain", "big/one", Config=TransferConfig(multipart_threshold=8 << 20))
target = io.BytesIO()
s3.download_fileobj("plain", "big/one", target)
assert target.getvalue() == big
upload = s3.create_multipart_upload(Bucket="plain", Key="big/two")["UploadId"]
s3.upload_part(Bucket="plain", Key="big/two", UploadId=upload, PartNumber=1, Body=b"x" * (5 << 20))
assert len(s3.list_parts(Bucket="plain", Key="big/two", UploadId=upload)["Parts"]) == 1
s3.abort_multipart_upload(Bucket="plain", Key="big/two", UploadId=upload)
assert refused(s3.head_object, Bucket="plain", Key="big/two") == (404, "404")
assert [o["Key"] for o in s3.list_objects_v2(Bucket="plain", Prefix="big/")["Contents"]] == ["big/one"]

# signatures
assert refused(client(secret="wrong" * 8).list_buckets) == (403, "SignatureDoesNotMatch")
assert "does not match the signature you provided" in words(client(secret="wrong" * 8).list_buckets)
for version in ("s3", "s3v4"):
    stranger = client(key="AKIAUNKNOWN", signature_version=version)
    assert refused(stranger.list_buckets) == (403, "InvalidAccessKeyId"), version
    assert "The AWS Access Key Id you provided does not exist in our records." in words(stranger.list_buckets), version
now = botocore.auth.get_current_datetime
for minutes in (-20, 20):
    botocore.auth.get_current_datetime = lambda *a, **b: now(*a, **b) + datetime.timedelta(minutes=minutes)
    assert refused(client(signature_version="s3v4").list_buckets) == (403, "RequestTimeTooSkewed"), minutes
botocore.auth.get_current_datetime = now


def status(url, method="GET", data=None, headers={}):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


answer = status(ENDPOINT + "/plain/a/b.txt")
assert answer[0] == 403 and b"<Code>AccessDenied</Code>" in answer[1], answer
for version in (None, "s3v4"):
    signer = client(signature_version=version) if version else s3
    url = signer.generate_presigned_url("get_object", Params={"Bucket": "plain", "Key": "a/b.txt"})
    assert status(url) == (200, b"newer"), (version, status(url))
    answer = status(url.replace("b.txt", "kms"))
    assert answer[0] == 403 and b"<Code>SignatureDoesNotMatch</Code>" in answer[1], (version, answer)
    url = signer.generate_presigned_url("put_object", Params={"Bucket": "plain", "Key": "signed"})
    assert status(url, "PUT", b"by url", {"Content-Type": ""})[0] in (200, 403), version
url = client(signature_version="s3v4").generate_presigned_url(
    "put_object", Params={"Bucket": "plain", "Key": "signed", "ContentType": "text/plain"})
assert status(url, "PUT", b"by url", {"Content-Type": "text/plain"})[0] == 200
assert s3.get_object(Bucket="plain", Key="signed")["Body"].read() == b"by url"

# Expect: 100-continue, spoken by hand
host = urllib.parse.urlparse(ENDPOINT)
connection = http.client.HTTPConnection(host.hostname, host.port, timeout=20)
parts = urllib.parse.urlparse(url)
connection.putrequest("PUT", parts.path + "?" + parts.query)
for name, value in (("Content-Type", "text/plain"), ("Content-Length", "4"), ("Expect", "100-continue")):
    connection.putheader(name, value)
connection.endheaders()
interim = connection.sock.recv(1024)
assert interim.startswith(b"HTTP/1.1 100"), interim
connection.send(b"late")
assert connection.getresponse().status == 200
assert s3.get_object(Bucket="plain", Key="signed")["Body"].read() == b"late"

# keys that mean something to a file system
for key in ("ünï/cödé 🚀", "a b+c&d=e?f#g%h", "back\\slash", "CON", "-rf", "...", ".hidden", "x" * 200, "tab\tkey", "%2e%2e%2f"):
    s3.put_object(Bucket="plain", Key="odd/" + key, Body=key.encode())
    assert s3.get_object(Bucket="plain", Key="odd/" + key)["Body"].read() == key.encode(), key
    assert s3.list_objects_v2(Bucket="plain", Prefix="odd/" + key)["KeyCount"] >= 1, key
for key in ("../../etc/passwd", "a/../../west/z", "a//b", "/abs", "./x", "a/./b", "y" * 400, "k/" * 600 + "k"):
    code = refused(s3.put_object, Bucket="plain", Key=key, Body=b"x")
    assert code[0] in (400, 403), (key, code)
    assert refused(s3.get_object, Bucket="plain", Key=key)[0] in (400, 403, 404), key
    assert refused(s3.head_object, Bucket="plain", Key=key)[0] in (400, 403, 404), key
s3.put_object(Bucket="plain", Key="twin/b", Body=b"x")
assert refused(s3.get_object, Bucket="plain", Key="twin//b") == (404, "NoSuchKey")
s3.delete_object(Bucket="plain", Key="twin//b")
s3.head_object(Bucket="plain", Key="twin/b")
assert refused(s3.put_object, Bucket="plain", Key="mine", Body=b"x", SSECustomerAlgorithm="AES256",
               SSECustomerKey="k" * 32)[0] in (400, 501)
assert s3.get_object(Bucket="west", Key="z")["Body"].read() == b"x"
assert refused(s3.put_object, Bucket="plain", Key="a/b.txt/below", Body=b"x") == (409, "InvalidRequest")
assert refused(s3.put_object, Bucket="plain", Key="a", Body=b"x") == (409, "InvalidRequest")
s3.put_object(Bucket="plain", Key="folder/", Body=b"")
assert s3.head_object(Bucket="plain", Key="folder/")["ContentLength"] == 0
print("ok")
