/// Says when it began, and ends.
public class FirstLine {
    public static void main(String[] arguments) {
        System.out.println("now=" + System.currentTimeMillis());
    }
}
