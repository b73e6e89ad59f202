public class Train {
    public static void main(String[] arguments) {
        System.out.println("before");
        throw new IllegalStateException("no reward", new RuntimeException("sensor off"));
    }
}
