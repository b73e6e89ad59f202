"""Learns from stored transitions, by the preset that RLCOACH_PRESET names: `ddqn` or `bcq`."""

from sagemaker_rl.coach_launcher import SageMakerCoachPresetLauncher


class Launcher(SageMakerCoachPresetLauncher):
    def default_preset_name(self):
        return "ddqn"


if __name__ == "__main__":
    Launcher.train_main()
