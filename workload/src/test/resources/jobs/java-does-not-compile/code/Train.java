public class Train {
    public static void main(String[] arguments) {
        int steps = "many";
        learn(steps);
    }
}
