import java.util.List;

public class Train {
    public static void main(String[] arguments) {
        System.out.println(List.of(arguments));
        System.out.println(System.getenv("SM_MODEL_DIR"));
        System.out.println(System.getenv("SM_HP_CMD"));
    }
}
