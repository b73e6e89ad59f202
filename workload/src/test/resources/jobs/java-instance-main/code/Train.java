void main() {
    IO.println("no class, no static");
}
