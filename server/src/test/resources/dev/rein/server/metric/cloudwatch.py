import datetime

import boto3
import botocore.session
from botocore.exceptions import ClientError

ZERO = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)
NAMESPACE = "/aws/sagemaker/TrainingJobs"
CLIMB = [{"Name": "TrainingJobName", "Value": "climb"}]


def client(protocol=None):
    """A client of this boto3, or one that speaks as its forebears did."""
    session = botocore.session.get_session()
    if protocol:
        loader = session.get_component("data_loader")
        load = loader.load_service_model

        def narrowed(service, kind, *rest, **more):
            model = load(service, kind, *rest, **more)
            if kind == "service-2" and service == "cloudwatch":
                model["metadata"]["protocol"] = protocol
                model["metadata"]["protocols"] = [protocol]
            return model

        loader.load_service_model = narrowed
    made = boto3.Session(botocore_session=session).client("cloudwatch")
    assert not protocol or made.meta.service_model.metadata["protocol"] == protocol
    return made


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"]
    raise AssertionError("not refused")


for protocol in [None, "smithy-rpc-v2-cbor", "json", "query"]:
    cloudwatch = client(protocol)

    points = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE, MetricName="return", Dimensions=CLIMB, StartTime=ZERO,
        EndTime=ZERO + datetime.timedelta(minutes=10), Period=60, Statistics=["Average", "SampleCount"])
    assert points["Label"] == "return"
    points = sorted(points["Datapoints"], key=lambda point: point["Timestamp"])
    assert [point["Average"] for point in points] == [60 * n + 29.5 for n in range(10)], (protocol, points)
    assert points[1]["Timestamp"] == ZERO + datetime.timedelta(minutes=1), (protocol, points[1])

    names = [(m["Dimensions"][0]["Value"], m["MetricName"])
             for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE)
             for m in page["Metrics"]]
    assert names == [("climb", "loss"), ("climb", "return"), ("other", "loss")], (protocol, names)
    one = cloudwatch.list_metrics(Dimensions=CLIMB, MetricName="loss", RecentlyActive="PT3H")["Metrics"]
    assert one == [{"Namespace": NAMESPACE, "MetricName": "loss", "Dimensions": CLIMB}], (protocol, one)
    assert cloudwatch.list_metrics(Namespace="AWS/EC2")["Metrics"] == []
    assert cloudwatch.list_metrics(Dimensions=[{"Name": "Host"}])["Metrics"] == []

    def query(id, stat="Maximum", metric="return", **more):
        return {"Id": id, "MetricStat": {
            "Metric": {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": CLIMB},
            "Period": 60, "Stat": stat}, **more}

    arguments = {"StartTime": ZERO, "EndTime": ZERO + datetime.timedelta(minutes=10)}
    pages = list(cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[query("a"), query("b", "p50", "loss", Label="the loss"), query("c", ReturnData=False)],
        ScanBy="TimestampAscending", MaxDatapoints=4, **arguments))
    values = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            assert len(result["Timestamps"]) == len(result["Values"])
            values.setdefault((result["Id"], result["Label"]), []).extend(result["Values"])
    assert values == {("a", "return"): [60 * n + 59 for n in range(10)], ("b", "the loss"): [0.1]}, (protocol, values)
    assert len(pages) == 3, (protocol, pages)

    assert refused(
        cloudwatch.get_metric_data, MetricDataQueries=[{"Id": "e", "Expression": "a/2"}], **arguments
    ) == (400, "ValidationError"), protocol
    assert refused(
        cloudwatch.get_metric_data, MetricDataQueries=[query("a")], NextToken="x", **arguments
    ) == (400, "InvalidNextToken"), protocol
    assert refused(cloudwatch.list_metrics, NextToken="x") == (400, "InvalidParameterValue"), protocol
    assert refused(
        cloudwatch.get_metric_statistics, Namespace=NAMESPACE, MetricName="return", Dimensions=CLIMB, Period=1,
        Statistics=["Sum"], **arguments | {"EndTime": ZERO + datetime.timedelta(days=1)}
    ) == (400, "InvalidParameterCombination"), protocol
    assert refused(
        cloudwatch.get_metric_statistics, Namespace=NAMESPACE, MetricName="return", Period=60, Statistics=["Sum"],
        StartTime=ZERO, EndTime=ZERO
    ) == (400, "InvalidParameterValue"), protocol
