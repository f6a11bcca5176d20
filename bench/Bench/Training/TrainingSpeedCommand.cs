using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Ort;
using Cim.Training.Plugins;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary>
/// <c>bench training speed</c>: time of forward + backward (fixed statistics) of both engines and of PyTorch, one after the other in each
/// round. Operations are counted as 6 per multiplication of the forward pass: two for forward, two for each gradient.
/// </summary>
internal sealed class TrainingSpeedCommand : BenchCommand
{
    private readonly Option<int> _threads;
    private readonly Option<int> _batch;
    private readonly Option<int> _repetitions;
    private readonly Option<int> _rounds;
    private readonly Option<bool> _pytorch;
    private readonly Option<string> _network;
    private readonly Option<string> _packages;

    public TrainingSpeedCommand()
        : base("speed", "training", "Time of forward and backward, with --pytorch beside PyTorch in the same run.")
    {
        _network = Add("--network", "resnet20", $"{string.Join(", ", SpeedNetwork.Names)}.");
        _threads = Add("--threads", 2, "Threads.");
        _batch = Add("--batch", 64, "Images of a batch.");
        _repetitions = Add("--repetitions", 12, "Batches of a round, of which the fastest counts.");
        _rounds = Add("--rounds", 3, "Rounds; in each all are measured, one after the other.");
        _pytorch = Add("--pytorch", false, "Measure PyTorch as well (python3 with torch: Debian package python3-torch).");
        _packages = Add("--torch", "", "Measure the engine torch as well, of the packages of this project.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        (int threads, int batch, int repetitions) =
            (parsed.GetValue(_threads), parsed.GetValue(_batch), parsed.GetValue(_repetitions));
        string name = parsed.GetValue(_network)!;
        SpeedNetwork network = SpeedNetwork.Of(name, run);
        var request = new GradientRequest(network.Network, new CrossEntropy(), batch) { Parts = threads };
        Dictionary<string, float[]> inputs = network.Batch(batch);
        using var ort = new OrtGradientEngine(request);
        using TrainingEngine? loaded = parsed.GetValue(_packages) is { Length: > 0 } packages
            ? TrainingEngines.Create(TrainingEngine.Torch, TrainingEngine.Host, packages)
            : null;
        using IGradientEngine? torch = loaded?.CreateGradients(request);
        float loss = ort.Run(inputs);
        if (torch is not null && Math.Abs(torch.Run(inputs) - loss) > 1e-3 * Math.Abs(loss))
            throw new BenchException("the engines do not agree in the loss");
        ResultReport report = run.Report("speed");
        double gflop = 6 * network.ForwardMacs * batch / 1e9;
        report.Line(Invariant($"{name}, forward and backward: batch {batch}, {threads} threads, loss {loss:F4}; the fastest of ")
            + Invariant($"{repetitions} batches. Load of the machine: {MachineLoad.Text()}."));
        report.Line();
        report.Head("round", "ort", "torch", "PyTorch", "PyTorch over ort", "PyTorch over torch");
        var ratios = new List<double>();
        var torchRatios = new List<double>();
        for (int round = 1; round <= parsed.GetValue(_rounds); round++)
        {
            cancellation.ThrowIfCancellationRequested();
            double own = BatchTimes.Measure(() => ort.Run(inputs), repetitions).Best;
            double? other = torch is null ? null : BatchTimes.Measure(() => torch.Run(inputs), repetitions).Best;
            double? peer = parsed.GetValue(_pytorch) ? PyTorch.Measure(run, name, threads, batch, repetitions).Best : null;
            if (peer is not null) ratios.Add(peer.Value / own);
            if (peer is not null && other is not null) torchRatios.Add(peer.Value / other.Value);
            report.Row(
                Invariant($"{round}"), Text(own), Text(other), Text(peer), peer is null ? "" : Invariant($"{ratios[^1]:F2}"),
                peer is null || other is null ? "" : Invariant($"{torchRatios[^1]:F2}"));
        }

        report.Line();
        if (ratios.Count > 0)
            report.Line($"PyTorch's time over that of ort: {MeanDeviation.Text(ratios)} (mean ± s.d. over rounds).");
        if (torchRatios.Count > 0)
            report.Line($"PyTorch's time over that of torch: {MeanDeviation.Text(torchRatios)} (mean ± s.d. over rounds).");
        return Task.CompletedTask;

        string Text(double? milliseconds) => milliseconds is null
            ? ""
            : Invariant($"{milliseconds:F1} ms ({gflop / milliseconds * 1000:F1} GFLOP/s)");
    }
}
