using System.CommandLine;
using System.Reflection;
using Cim.Cli.Commands.Compile;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Options;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Cli.Tests.Options;

/// <summary>Every row of the table reaches the compilation, and belongs to the keys of results or says why not.</summary>
public sealed class OptionTableTests : IDisposable
{
    // The command uses them up itself.
    private static readonly OptionRow[] _commandOnly = [OptionTable.LockOnly, OptionTable.Dependencies];

    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> OnCommandLine => [.. OptionTable.OnCommandLine.Except(_commandOnly).Select(row => row.Name)];

    public static TheoryData<string> Everything => [.. OptionTable.All.Select(row => row.Name)];

    [Fact]
    public void Every_row_of_the_table_is_listed_once()
    {
        OptionRow[] declared = [.. typeof(OptionTable).GetProperties(BindingFlags.Static | BindingFlags.Public)
            .Where(p => p.PropertyType == typeof(OptionRow)).Select(p => (OptionRow)p.GetValue(null)!)];
        Assert.Equal(declared.Select(row => row.Name).Order(), OptionTable.All.Select(row => row.Name).Order());
        string[] names = [.. OptionTable.OnItem.SelectMany(row => row.Names)];
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(OptionTable.All.Count, OptionTable.All.Select(row => row.Flag).Distinct().Count());
    }

    [Fact]
    public void The_command_has_the_options_of_the_table_those_of_a_study_and_one_that_the_build_task_sets()
    {
        string[] others = [
            "--over", "--split-search", "--store", "--submit", "--unit-parts", "--spent-seconds",
            .. SlurmArguments.Options.Select(o => o.Name),
        ];
        Assert.Equal(OptionTable.OnCommandLine.Select(row => row.Flag).Concat(others).Order(),
            CompileCommand.Create().Options.Select(o => o.Name).Order());
    }

    [Theory]
    [MemberData(nameof(OnCommandLine))]
    public void A_value_on_the_command_line_reaches_the_compilation(string name)
    {
        OptionRow row = Row(name);
        string value = OptionSamples.Of(row);
        Assert.NotEqual(value, row.Default);
        CompileOptions options = Read(row);
        Assert.Equal(value, OptionTexts.Of(options, row));
        Assert.NotEqual(value, OptionTexts.Of(Read(OptionSamples.Needed(row)), row));
    }

    [Theory]
    [MemberData(nameof(OnCommandLine))]
    public void The_default_of_a_row_is_that_of_the_compilation(string name)
    {
        OptionRow row = Row(name);
        CompileOptions options = Read(OptionSamples.Needed(row));
        string? plain = OptionTexts.Of(new CompileOptions { ModelPath = "net.onnx" }, row);
        if (plain is not null && row.Default is not null) Assert.Equal(row.Default, plain);
        string? read = OptionTexts.Of(options, row);
        if (read is not null && row.Default is not null) Assert.Equal(row.Default, read);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_row_is_in_the_key_of_lock_files_or_says_why_not(string name)
    {
        OptionRow row = Row(name);
        Assert.Equal(row.IsIn(OptionKeys.Lock), string.IsNullOrEmpty(row.NotInLock));
        if (row.IsIn(OptionKeys.Lock)) Assert.True(row.IsIn(OptionKeys.Cache), "What changes the model changes what a cache may return.");
    }

    [Theory]
    [MemberData(nameof(OnCommandLine))]
    public void A_lock_file_notices_a_change_of_exactly_the_rows_in_its_key(string name)
    {
        OptionRow row = Row(name);
        CompileOptions before = Read(OptionSamples.Needed(row)), after = Read(row);
        foreach (string file in Files(before).Concat(Files(after))) File.WriteAllText(At(file), file);
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        HardwareProfile other = row == OptionTable.Hardware ? HardwareProfiles.BuiltIn("puma") : isaac;
        Assert.Equal(!row.IsIn(OptionKeys.Lock),
            ResultKey.OfLock(InFolder(before), isaac).SequenceEqual(ResultKey.OfLock(InFolder(after), other)));
    }

    [Fact]
    public void Every_property_of_a_compilation_is_set_by_a_row()
    {
        CompileOptions plain = Read([]);
        // Whether candidates are left to others, and through which file, is a matter of a study, other figures of the hardware are one of
        // 'cim advise', which keeps no results, and the time that is spent is known by the build task alone.
        var set = new HashSet<string>(StringComparer.Ordinal)
        {
            nameof(CompileOptions.ModelPath), nameof(CompileOptions.Searches), nameof(CompileOptions.LeavesCandidates),
            nameof(CompileOptions.CandidatesPath), nameof(CompileOptions.HardwareSettings), nameof(CompileOptions.SpentSeconds),
        };
        PropertyInfo[] properties = typeof(CompileOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public);
        foreach (OptionRow row in OptionTable.OnCommandLine)
        {
            CompileOptions changed = Read(row);
            set.UnionWith(properties.Where(p => p.GetValue(plain)?.ToString() != p.GetValue(changed)?.ToString()).Select(p => p.Name));
        }

        Assert.Empty(properties.Select(p => p.Name).Except(set));
    }

    [Fact]
    public void The_text_in_a_lock_file_is_that_of_earlier_versions()
    {
        File.WriteAllText(At("net.onnx"), "");
        File.WriteAllText(At("t.npz"), "");
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        Assert.Equal("search=rl weightBits=8 activationBits=8 objective=latency searchEvaluations=60 maxArrays=none maxAccuracyLoss=1 "
            + "seed=0 range=Automatic calibrationSamples=512 scale=0.00392156862745098 mean=0 std=1",
            ResultKey.OfLock(Parse("--search", "rl", "--max-accuracy-loss", "1", "--scale", "1/255"), isaac)["options"]);
        CompileOptions all = Parse("--weight-bits", "4", "--activation-bits", "5", "--objective", "energy", "--search-evaluations", "7",
            "--max-arrays", "90", "--max-accuracy-loss", "0.5", "--seed", "2", "--dim", "w=3", "h=2", "--adc-bits", "6", "--copies-within",
            "12", "--edge-bits", "7", "--search-binary", "--search-samples", "30", "--search-training-samples", "40", "--strips", "0.6",
            "--strip-widths", "8,4", "--strip-unit", "column", "--merge", "auto", "--merge-method", "group", "--calibration-method",
            "entropy", "--calibration-samples", "9", "--mean", "1,2", "--rounding", "nearest", "--variation-aware", "--training",
            At("t.npz"), "--epochs", "3", "--training-shift", "2", "--learning-rate", "0.001");
        Assert.Equal("search=uniform weightBits=4 activationBits=5 objective=energy searchEvaluations=7 maxArrays=90 maxAccuracyLoss=0.5 "
            + "seed=2 dim=h:2,w:3 adcBits=6 copiesWithin=12 edgeBits=7 searchBinary searchSamples=30 searchTrainingSamples=40 strips=0.6 "
            + "stripWidths=8,4 stripUnit=Column merge=auto mergeMethod=Group range=Entropy calibrationSamples=9 scale=1 mean=1,2 std=1 "
            + "rounding=nearest variationAware=0.999", ResultKey.OfLock(all, isaac)["options"]);
        Assert.EndsWith(" epochs=3 shift=2 flip=False rate=0.001", ResultKey.OfLock(all, isaac)["training"], StringComparison.Ordinal);
        Assert.EndsWith(" epochs=5", ResultKey.OfLock(Parse("--training", At("t.npz")), isaac)["training"], StringComparison.Ordinal);
    }

    private static OptionRow Row(string name) => OptionTable.All.Single(row => row.Name == name);

    private static CompileOptions Read(OptionRow row) => Read(OptionSamples.Needed(row).Append(row));

    private static CompileOptions Read(IEnumerable<OptionRow> rows) =>
        Read("net.onnx", [.. rows.SelectMany(row => new[] { row.Flag, OptionSamples.Of(row) })]);

    private CompileOptions Parse(params string[] args) => Read(At("net.onnx"), args);

    private static CompileOptions Read(string model, string[] args)
    {
        var command = new Command("compile");
        var options = new OptionValues(command, OptionTable.OnCommandLine);
        ParseResult parsed = command.Parse(args);
        Assert.Empty(parsed.Errors);
        Assert.Empty(OptionRules.Problems(parsed));
        return CompileReader.Read(model, options.Read(parsed));
    }

    private static IEnumerable<string> Files(CompileOptions o) =>
        new[] { o.ModelPath, o.Calibration, o.Evaluation, o.Training, o.Validation, o.PolicyPath }.OfType<string>();

    private CompileOptions InFolder(CompileOptions o) => o with
    {
        ModelPath = At(o.ModelPath),
        Calibration = o.Calibration is null ? null : At(o.Calibration),
        Evaluation = o.Evaluation is null ? null : At(o.Evaluation),
        Training = o.Training is null ? null : At(o.Training),
        Validation = o.Validation is null ? null : At(o.Validation),
        PolicyPath = o.PolicyPath is null ? null : At(o.PolicyPath),
    };

    private string At(string name) => Path.Combine(_folder, name);
}
