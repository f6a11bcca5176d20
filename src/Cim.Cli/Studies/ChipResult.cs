using Cim.Compiler.Evaluation;

namespace Cim.Cli.Studies;

/// <summary>The accuracy of a chip, as a part of a study.</summary>
/// <param name="Correct">Samples that are right.</param>
/// <param name="Samples">All samples.</param>
/// <param name="RunSeconds">Time spent in the network.</param>
internal sealed record ChipResult(int Correct, int Samples, double RunSeconds)
{
    /// <summary>The result of a measurement.</summary>
    public static ChipResult Of(Accuracy accuracy) => new(accuracy.Correct, accuracy.Samples, accuracy.RunSeconds);

    /// <summary>The measurement.</summary>
    public Accuracy ToAccuracy() => new(Correct, Samples, RunSeconds);
}
