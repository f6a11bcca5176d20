using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Training.Data;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Engine;
using Cim.Training.Ort;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary>
/// <c>bench training speed</c>: time of forward + backward on ResNet-20 (fixed statistics). Operations are counted as 6 per
/// multiplication of the forward pass: two for forward, two for each gradient.
/// </summary>
internal sealed class TrainingSpeedCommand : BenchCommand
{
    private const double ForwardMacs = 40.8e6;

    private readonly Option<int> _threads;
    private readonly Option<int> _batch;
    private readonly Option<int> _repetitions;
    private readonly Option<int> _rounds;
    private readonly Option<bool> _pytorch;

    public TrainingSpeedCommand()
        : base("speed", "training", "Time of forward and backward, with --pytorch beside PyTorch in the same run.")
    {
        _threads = Add("--threads", 2, "Threads.");
        _batch = Add("--batch", 64, "Images of a batch.");
        _repetitions = Add("--repetitions", 12, "Batches of a round, of which the fastest counts.");
        _rounds = Add("--rounds", 3, "Rounds; with --pytorch each is a pair, one after the other.");
        _pytorch = Add("--pytorch", false, "Measure PyTorch as well (python3 with torch: Debian package python3-torch).");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        (int threads, int batch, int repetitions) =
            (parsed.GetValue(_threads), parsed.GetValue(_batch), parsed.GetValue(_repetitions));
        TrainableNetwork network = Cifar.ResNet20(run);
        SampleSet samples = Cifar.Test(run);
        using var engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(), batch) { Parts = threads });
        float[] targets = new float[batch * 10];
        for (int i = 0; i < batch; i++)
            targets[(i * 10) + samples.Labels![i]] = 1;
        var inputs = new Dictionary<string, float[]> { [network.InputName] = samples.Values, [Objective.Targets] = targets };
        float loss = engine.Run(inputs);
        ResultReport report = run.Report("speed");
        double gflop = 6 * ForwardMacs * batch / 1e9;
        report.Line(Invariant($"ResNet-20, forward and backward: batch {batch}, {threads} threads, loss {loss:F4}; the fastest of ")
            + Invariant($"{repetitions} batches. Load of the machine: {MachineLoad.Text()}."));
        report.Line();
        report.Head("round", "best", "median", "PyTorch best", "median", "PyTorch over ours");
        var ratios = new List<double>();
        for (int round = 1; round <= parsed.GetValue(_rounds); round++)
        {
            BatchTimes own = BatchTimes.Measure(() => engine.Run(inputs), repetitions);
            BatchTimes? peer = parsed.GetValue(_pytorch) ? PyTorch.Measure(run, threads, batch, repetitions) : null;
            if (peer is not null) ratios.Add(peer.Best / own.Best);
            report.Row(
                Invariant($"{round}"), Text(own.Best), Text(own.Median), peer is null ? "" : Text(peer.Best),
                peer is null ? "" : Text(peer.Median), peer is null ? "" : Invariant($"{ratios[^1]:F2}"));
        }

        if (ratios.Count > 0)
        {
            report.Line();
            report.Line($"PyTorch's time over ours: {MeanDeviation.Text(ratios)} (mean ± s.d. over rounds).");
        }

        return Task.CompletedTask;

        string Text(double milliseconds) => Invariant($"{milliseconds:F1} ms ({gflop / milliseconds * 1000:F1} GFLOP/s)");
    }
}
