using Cim.Compiler.Pipeline;

namespace Cim.Bench.Zoo;

/// <summary>How every network of the zoo is searched.</summary>
internal sealed record ZooOptions
{
    /// <summary>Policies a search measures at most.</summary>
    public required int Evaluations { get; init; }

    /// <summary>The budget in points.</summary>
    public required double Loss { get; init; }

    public required string Objective { get; init; }

    /// <summary>The rounding of the compiled networks.</summary>
    public required string Rounding { get; init; }

    /// <summary>Unseen samples at most.</summary>
    public required int Unseen { get; init; }

    /// <summary>What the compiler is asked for.</summary>
    /// <param name="network">The network.</param>
    /// <param name="profile">The hardware profile.</param>
    /// <param name="searcher">The searcher; the compiler itself knows no variants.</param>
    /// <param name="files">The folder of its samples and measurements.</param>
    public CompileOptions Compilation(ZooNetwork network, string profile, string searcher, ZooFiles files) => new()
    {
        ModelPath = network.Model, Hardware = profile, Calibration = files.Calibration, Preprocessing = network.Preprocessing,
        Search = searcher, SearchEvaluations = Evaluations, MaxAccuracyLoss = Loss, Objective = Objective, Rounding = Rounding,
        TrialLogPath = files.Trials,
    };
}

/// <summary>The files of a network.</summary>
internal sealed record ZooFiles(string Calibration, string Evaluation, string Unseen, string Trials)
{
    /// <summary>Writes the samples of a network.</summary>
    public static ZooFiles Write(ZooNetwork network, string store)
    {
        string folder = Directory.CreateDirectory(Path.Combine(store, "data", network.Name)).FullName;
        ZooSplit split = network.Samples();
        return new ZooFiles(
            split.Calibration.Write(folder, "calibration"), split.Evaluation.Write(folder, "evaluation"),
            split.Unseen.Write(folder, "unseen"), Path.Combine(folder, "trials.json"));
    }
}
