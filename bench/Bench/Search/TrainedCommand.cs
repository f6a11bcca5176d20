using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;

namespace Cim.Bench.Search;

/// <summary>
/// <c>bench search trained</c>: searched policies after training, beside uniform 4 bits with 8-bit first and last layers trained
/// alike. Rows and measurements are stored, so a command that was stopped goes on where it was.
/// </summary>
internal sealed class TrainedCommand : BenchCommand
{
    private readonly Argument<string> _network = new("network") { Description = "The network." };
    private readonly Option<string> _hardware;
    private readonly Option<double> _loss;
    private readonly Option<string> _searcher;
    private readonly Option<int[]> _seeds;
    private readonly Option<int> _epochs;
    private readonly Option<string> _objective;
    private readonly Option<int> _copies;
    private readonly Option<int> _evaluations;
    private readonly Option<int> _samples;
    private readonly Option<int> _short;
    private readonly Option<int> _training;
    private readonly Option<int> _shift;
    private readonly Option<bool> _flip;
    private readonly Option<double> _rate;
    private readonly Option<int> _adc;
    private readonly Option<string[]> _policies;

    public TrainedCommand()
        : base("trained", "search", "Searched policies after training, beside uniform w4a4 with 8-bit first and last layers.")
    {
        _network.AcceptOnlyFromAmong(ImageNetworks.Names);
        Arguments.Add(_network);
        _hardware = Add("--hardware", "cim-aq-4b", "The hardware profile.");
        _loss = Add("--loss", 0.5, "The budget in points.");
        _searcher = Add("--searcher", "rl", "The searcher.");
        _seeds = AddList<int>("--seeds", "1", "The seeds; a row is their mean and standard deviation.");
        _epochs = Add("--epochs", 3, "Epochs of training.");
        _objective = Add("--objective", "latency", "What is minimized.");
        _copies = Add("--copies", 0, "Copies of slow layers may fill so many arrays.");
        _evaluations = Add("--evaluations", 24, "Policies a search measures.");
        _samples = Add("--samples", 3072, "Samples a search measures on.");
        _short = Add("--short", 4096, "Samples of a candidate's short training.");
        _training = Add("--training", 0, "Training images, evenly spread; 0 for all.");
        _shift = Add("--shift", 0, "Training images are shifted by up to so many pixels.");
        _flip = Add("--flip", false, "Half of the training images are mirrored.");
        _rate = Add("--rate", 0.01, "Learning rate.");
        _adc = Add("--adc", 0, "Test images that also go through the converters.");
        _policies = AddList<string>(
            "--policies", "", "User-supplied policies instead of a search: weight/activation[/conversion] bits of each layer, layers "
                + "separated by -, policies by commas (8/4-8/3-6/6).");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        var options = new TrainedOptions
        {
            Hardware = parsed.GetValue(_hardware)!, Loss = parsed.GetValue(_loss), Searcher = parsed.GetValue(_searcher)!,
            Epochs = parsed.GetValue(_epochs), Objective = parsed.GetValue(_objective)!, Copies = parsed.GetValue(_copies),
            Evaluations = parsed.GetValue(_evaluations), Samples = parsed.GetValue(_samples), ShortTraining = parsed.GetValue(_short),
            TrainingImages = parsed.GetValue(_training), Shift = parsed.GetValue(_shift), Flip = parsed.GetValue(_flip),
            Rate = parsed.GetValue(_rate), AdcImages = parsed.GetValue(_adc),
        };
        ImageNetwork network = ImageNetworks.Of(parsed.GetRequiredValue(_network), run.Repository);
        return new TrainedComparison(run, network, options)
            .RunAsync(parsed.GetValue(_seeds)!, parsed.GetValue(_policies)!, cancellation);
    }
}
