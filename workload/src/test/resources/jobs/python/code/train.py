import json, os, sys

print(json.dumps(sys.argv[1:]))
print(os.environ["SM_HP_CMD"], os.environ["SM_HP_LIST"], os.environ["SM_HP_FLAG"])
print(sorted(os.listdir(".")))
