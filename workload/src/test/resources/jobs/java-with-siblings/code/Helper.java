class Helper {
    static final int ONE = 1;
}
