using System.CommandLine;

namespace Cim.Bench.Training;

/// <summary><c>bench training</c>: how fast and how accurate training is, on ResNet-20.</summary>
internal sealed class TrainingCommand : Command
{
    public TrainingCommand()
        : base("training", "How fast is training, and how much accuracy do quantization-aware training and pruning retain?")
    {
        Subcommands.Add(new TrainingSpeedCommand());
        Subcommands.Add(new QuantizationAwareCommand());
        Subcommands.Add(new PostTrainingCommand());
        Subcommands.Add(new PruningCommand());
    }
}
