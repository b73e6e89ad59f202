echo "the simulator is out of licences" >$SM_OUTPUT_DIR/failure
exit 1
