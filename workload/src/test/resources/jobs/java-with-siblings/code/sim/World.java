package sim;

public class World {
    public int size() {
        return 41;
    }
}
