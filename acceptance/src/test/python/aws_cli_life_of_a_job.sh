#!/bin/sh
# The whole way of a job with the AWS CLI: code to S3, create, wait, logs, model, endpoint, invoke, delete.
# Usage: aws_cli_life_of_a_job.sh ENTRY_POINT STEPS, in an empty folder, with `aws` on the PATH. Everything else, addresses and
# keys, is in AWS's own environment variables, as eval "$(rein env)" sets them.
set -eux

entry_point=$1
steps=$2
bucket=aws-cli-$$
role=arn:aws:iam::$(aws sts get-caller-identity --query Account --output text):role/ReinRole
group=/aws/sagemaker/TrainingJobs
[ "$(aws iam get-role --role-name ReinRole --query Role.Arn --output text)" = "$role" ]

# The high-level commands of S3, one file beyond the size from which they send parts.
aws s3 mb "s3://$bucket"
mkdir code
cp "$entry_point" code/CartPole.java
head -c 10000000 /dev/urandom >code/large
aws s3 sync code "s3://$bucket/code" --no-progress
aws s3 sync "s3://$bucket/code" copy --no-progress
diff -r code copy
aws s3 ls "s3://$bucket/code/" | grep '10000000 large'
aws s3 rm "s3://$bucket/code" --recursive
tar czf sourcedir.tar.gz -C code CartPole.java
aws s3 cp sourcedir.tar.gz "s3://$bucket/job/sourcedir.tar.gz" --no-progress

cat >job.json <<END
{
  "TrainingJobName": "aws-cli", "RoleArn": "$role",
  "AlgorithmSpecification": {
    "TrainingImage": "rein-toolkit:latest", "TrainingInputMode": "File",
    "MetricDefinitions": [{"Name": "evaluation", "Regex": "evaluation_return_mean=([0-9.]+)"}]
  },
  "HyperParameters": {
    "sagemaker_program": "CartPole.java", "sagemaker_submit_directory": "s3://$bucket/job/sourcedir.tar.gz", "steps": "$steps"
  },
  "OutputDataConfig": {"S3OutputPath": "s3://$bucket/"},
  "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
  "StoppingCondition": {"MaxRuntimeInSeconds": 600}
}
END
aws sagemaker create-training-job --cli-input-json file://job.json
aws sagemaker wait training-job-completed-or-stopped --training-job-name aws-cli
aws sagemaker describe-training-job --training-job-name aws-cli --query 'FinalMetricDataList[].MetricName' --output text | grep evaluation
aws sagemaker list-training-jobs --max-items 1 --query 'TrainingJobSummaries[].TrainingJobStatus' --output text | grep Completed

stream=$(aws logs describe-log-streams --log-group-name $group --log-stream-name-prefix aws-cli/ \
    --query 'logStreams[0].logStreamName' --output text)
aws logs get-log-events --log-group-name $group --log-stream-name "$stream" --start-from-head --query 'events[].message' |
    grep evaluation_return_mean
[ "$(aws logs filter-log-events --log-group-name $group --log-stream-name-prefix aws-cli/ --filter-pattern evaluation_return_mean \
    --query 'length(events)')" = 1 ]

model=$(aws sagemaker describe-training-job --training-job-name aws-cli --query ModelArtifacts.S3ModelArtifacts --output text)
aws s3 cp "$model" - | tar tz | grep policy.onnx

aws sagemaker create-model --model-name aws-cli --execution-role-arn "$role" \
    --primary-container "Image=rein-toolkit:latest,ModelDataUrl=$model"
aws sagemaker create-endpoint-config --endpoint-config-name aws-cli \
    --production-variants VariantName=AllTraffic,ModelName=aws-cli,InitialInstanceCount=1,InstanceType=ml.m5.large
aws sagemaker create-endpoint --endpoint-name aws-cli --endpoint-config-name aws-cli
aws sagemaker wait endpoint-in-service --endpoint-name aws-cli
printf '{"observation": [0.0, 0.0, 0.2, 1.0]}' >observation.json
aws sagemaker-runtime invoke-endpoint --endpoint-name aws-cli --content-type application/json --body fileb://observation.json answer.json
grep '"action":1' answer.json

aws sagemaker delete-endpoint --endpoint-name aws-cli
aws sagemaker wait endpoint-deleted --endpoint-name aws-cli
aws sagemaker delete-endpoint-config --endpoint-config-name aws-cli
aws sagemaker delete-model --model-name aws-cli

# What goes wrong is told in AWS's words, by the exit code of the CLI's.
if aws sagemaker stop-training-job --training-job-name aws-cli 2>refused; then exit 1; fi
grep 'in status Completed' refused
if AWS_SECRET_ACCESS_KEY=wrong aws sagemaker list-endpoints 2>refused; then exit 1; fi
grep InvalidSignatureException refused
echo OK
