import helper

helper.learn()
