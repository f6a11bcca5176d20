using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Spectre.Console;
using static Cim.Cli.Commands.CostText;

namespace Cim.Cli.Commands;

/// <summary><c>cim cost M.onnx --hardware H</c>: what an inference would cost, from shapes alone, without data.</summary>
internal static class CostCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };

    private static readonly RowOption<string> _hardware = new(
        OptionTable.Hardware,
        $"A built-in profile or a *.cimhw.json file; {HardwareNames.All} for every built-in one, or several with commas.");

    private static readonly RowOption<int> _weightBits = new(OptionTable.WeightBits);

    private static readonly RowOption<int> _activationBits = new(OptionTable.ActivationBits with { Range = OptionTable.WeightBits.Range });

    private static readonly RowOption<int> _adcBits = new(OptionTable.AdcBits, "Bits of every conversion.");

    private static readonly RowOption<long> _copiesWithin = new(OptionTable.CopiesWithin);

    private static readonly RowOption<string?> _policy = new(OptionTable.Policy);

    private static readonly Option<string?> _beside = new("--beside")
    {
        Description = "Show policies of a file beside it: an object 'policies' of name and [weight bits, activation bits] of each layer.",
    };

    public static Command Create()
    {
        var command = new Command("cost", "Latency, energy, area and arrays of an inference, per layer, without data.")
        {
            _model, _hardware, _weightBits, _activationBits, _adcBits, _copiesWithin, _policy, _beside,
        };
        var import = new ImportArguments(command);
        return command.Does((parsed, context) => Run(parsed, context, import));
    }

    private static void Run(ParseResult parsed, CommandContext context, ImportArguments import)
    {
        ImportOptions options = import.Read(parsed);
        ImmutableArray<string> names = HardwareNames.Of(parsed.GetRequiredValue(_hardware));
        if (names.Length > 1)
        {
            Compare(names, options, parsed, context);
            return;
        }

        HardwareProfile profile = context.LoadHardware(names[0]);
        var sizes = new List<ModelPlan>();
        ImmutableArray<LayerShape> shapes = [];
        CountedCost? first = null;
        for (int i = 0; i < Math.Max(1, options.Sizes.Count); i++)
        {
            Graph graph = OnnxImporter.Import(parsed.GetRequiredValue(_model), options with { Plan = i }, context.Cancellation);
            ImmutableArray<LayerShape> own = LayerShapes.Of(graph, profile);
            Cost cost = CostOf(own, profile, parsed);
            if (i == 0) (shapes, first) = (own, CountedCost.Of(graph, cost, profile));
            sizes.Add(new ModelPlan(
                options.Sizes.IsEmpty ? "" : options.Sizes.Describe(i), ModelDescription.Describe(graph, graph.Inputs),
                ModelDescription.Describe(graph, graph.Outputs), cost));
        }

        UnusedOptions.Warn(parsed, context,
            new DependentOption(_copiesWithin, profile.Execution == ExecutionModel.Resident,
                "machines that keep weights on their arrays, and this one programs them in each inference"));
        Warn(sizes[0].Cost, profile, context);
        ImmutableArray<ModelPlan> plans = options.Sizes.IsEmpty ? [] : [.. sizes];
        PolicyComparison? beside = parsed.GetValue(_beside) is { } file ? Beside(file, shapes, profile, parsed) : null;
        if (beside is { Skipped.Length: > 0 })
            context.Report($"{beside.Skipped.Length} policies of the file are for networks of other numbers of layers than "
                + $"{shapes.Length}: {string.Join(", ", beside.Skipped)}");
        context.WriteResult(new CostDocument(first!, plans, beside), CliJson.Relaxed.CostDocument, text =>
        {
            Print(text, first!, plans);
            if (beside is not null) Print(text, sizes[0].Cost, beside);
        });
    }

    /// <summary>One row a profile.</summary>
    private static void Compare(ImmutableArray<string> names, ImportOptions options, ParseResult parsed, CommandContext context)
    {
        if (parsed.GetValue(_beside) is not null)
            throw new CimException(
                ErrorCodes.WrongUsage, $"{_beside.Name} compares policies on one profile; name one with {_hardware.Name}.");
        (string Dims, Graph Graph)[] sizes = [.. Enumerable.Range(0, Math.Max(1, options.Sizes.Count)).Select(i => (
            options.Sizes.IsEmpty ? "" : options.Sizes.Describe(i),
            OnnxImporter.Import(parsed.GetRequiredValue(_model), options with { Plan = i }, context.Cancellation)))];
        var rows = ImmutableArray.CreateBuilder<ProfileCost>();
        foreach (HardwareProfile profile in names.Select(context.LoadHardware))
            foreach ((string dims, Graph graph) in sizes)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                rows.Add(ProfileCost.Of(dims, profile, () => CountedCost.Of(
                    graph, CostOf(LayerShapes.Of(graph, profile), profile, parsed), profile)));
            }

        UnusedOptions.Warn(parsed, context,
            new DependentOption(_copiesWithin, rows.Any(r => r.Profile.Execution == ExecutionModel.Resident),
                "machines that keep weights on their arrays, and these program them in each inference"));
        if (rows.All(r => r.Cost is null))
            throw new CimException(ErrorCodes.WrongUsage, $"No profile has a cost: {rows[0].Profile.Name}: {rows[0].Notes[0]}");
        ImmutableArray<ProfileCost> all = rows.DrainToImmutable();
        context.WriteResult(new CostsDocument(all), CliJson.Relaxed.CostsDocument, text => ProfileCost.Print(text, all));
    }

    private static Cost CostOf(ImmutableArray<LayerShape> shapes, HardwareProfile profile, ParseResult parsed)
    {
        QuantizationPolicy policy = Uniform(shapes, parsed.GetValue(_weightBits), parsed.GetValue(_activationBits), parsed);
        if (parsed.GetValue(_policy) is { } file) policy = PolicyJson.Load(file, new PolicyLayers(policy, shapes, profile.Rows));
        return CostOf(policy, shapes, profile, parsed);
    }

    private static Cost CostOf(QuantizationPolicy policy, ImmutableArray<LayerShape> shapes, HardwareProfile profile, ParseResult parsed) =>
        CostModel.Total(
            Replication.Apply(shapes, new LayerLowering(policy, profile).CostOf, profile, parsed.GetValue(_copiesWithin)), profile);

    private static QuantizationPolicy Uniform(ImmutableArray<LayerShape> shapes, int weights, int activations, ParseResult parsed) =>
        new([.. shapes.Select(s => new LayerPrecision(s.Name, weights, activations, parsed.GetValue(_adcBits)))]);

    private static PolicyComparison Beside(
        string file, ImmutableArray<LayerShape> shapes, HardwareProfile profile, ParseResult parsed)
    {
        QuantizationPolicy eight = Uniform(shapes, QuantizationPolicy.MaxBits, QuantizationPolicy.MaxBits, parsed);
        (PolicyByPosition Policy, QuantizationPolicy? Bound)[] read = [
            .. PolicyByPosition.LoadAll(file).Select(policy => (policy, policy.For(eight)))];
        return new PolicyComparison(
            CostOf(eight, shapes, profile, parsed),
            [.. read.Where(p => p.Bound is not null).Select(p => (p.Policy.Name, CostOf(p.Bound!, shapes, profile, parsed)))],
            [.. read.Where(p => p.Bound is null).Select(p => p.Policy.Name)]);
    }

    private static void Warn(Cost cost, HardwareProfile profile, CommandContext context)
    {
        if (cost.EnergyPj == 0 && cost.Arrays > 0)
            context.Warn(ErrorCodes.NoEnergyFigures,
                $"Hardware profile '{profile.Name}' states no energy figures: energies are 0. Choose another profile, or add figures to "
                + $"your own.");
        if (ProfileCost.IsTooLarge(cost, profile))
            context.Warn(ErrorCodes.TooManyArrays,
                $"The network needs {cost.Arrays} arrays, the chip of '{profile.Name}' has {profile.AllArrays}. Use fewer weight bits or "
                + $"a larger chip.");
    }

    private static void Print(IAnsiConsole console, CountedCost counted, ImmutableArray<ModelPlan> plans)
    {
        Cost cost = counted.Arrays;
        var table = new Table().AddColumns(
            "Layer", "Matrix", "Products", "Bits w/a/adc", "Arrays", "Used", "Latency", "Energy", "Conversions");
        foreach (LayerCost l in cost.Layers)
            table.AddRow(
                new Text(l.Name),
                new Text(l.Groups == 1 ? $"{l.Rows}x{l.Columns}" : $"{l.Groups} x {l.Rows}x{l.Columns}"),
                Cell($"{l.Mvms:#,0}"), Cell($"{l.WeightBits}/{l.ActivationBits}/{l.AdcBits}"), Cell($"{l.Arrays:#,0}"),
                Cell($"{100 * l.Utilisation:0.0} %"),
                Cell($"{Time(l.LatencyNs)}"), Cell($"{Energy(l.EnergyPj)}"), Cell($"{l.AdcConversions:#,0}"));
        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{cost.Hardware}: {Time(cost.LatencyNs)}, {Energy(cost.EnergyPj)} per inference; {cost.Arrays:#,0} arrays in "
                + $"{cost.Cores:#,0} cores, {cost.AreaUm2 / 1e6:0.###} mm2"));
        console.WriteLine($"digital operators, one after the other: {Stated(counted.Digital.LatencyNs, Time)}, "
            + $"{Stated(counted.Digital.EnergyPj, Energy)} more");
        console.WriteLine($"not counted: {string.Join("; ", counted.NotModelled)}");
        foreach (ModelPlan plan in plans)
            console.WriteLine($"  {plan.Dims}: {Time(plan.Cost.LatencyNs)}, {Energy(plan.Cost.EnergyPj)} per inference on the same arrays");
    }

    private static void Print(IAnsiConsole console, Cost own, PolicyComparison beside)
    {
        var table = new Table().AddColumns("Policy", "Latency", "Energy", "Arrays", "Over w8a8");
        AddRow("this one", own);
        foreach ((string name, Cost cost) in beside.Policies) AddRow(name, cost);
        console.Write(table);

        void AddRow(string name, Cost cost) => table.AddRow(
            new Text(name), Cell($"{Time(cost.LatencyNs)}"), Cell($"{Energy(cost.EnergyPj)}"), Cell($"{cost.Arrays:#,0}"),
            Cell($"{beside.SpeedUp(cost):0.000}x"));
    }
}
