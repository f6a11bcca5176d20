using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Import;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime.Model;

namespace Cim.Cli.Commands;

/// <summary>Which of several sizes is scheduled, for networks that have more than one.</summary>
internal static class ScheduledPlan
{
    /// <summary>The plan of a compiled model that <c>--dim</c> names; without it the one it was calibrated at. Null for one size.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0010: no plan has these sizes.</exception>
    public static (CompiledModel Model, string? Plan) Of(CompiledModel model, ImportOptions import)
    {
        if (model.Info.Plans.IsEmpty) return (model, null);
        int plan = model.Info.CalibratedPlan;
        if (!import.Dimensions.IsEmpty)
        {
            string asked = Text(import.Dimensions);
            plan = Enumerable.Range(0, model.Info.Plans.Length).FirstOrDefault(i => Sorted(model.Info.Plans[i].Dims) == asked, -1);
            if (plan < 0)
                throw OptionError.Usage($"{OptionTable.Dim.Is(asked)}, but the model was compiled for "
                    + $"{string.Join("; ", model.Info.Plans.Select(p => p.Dims))}. Choose one of them, or compile for this size.");
        }

        return (model.Only(plan), model.Info.Plans[plan].Dims);
    }

    /// <summary>The size of a network that is not compiled yet: the first one that <c>--dims</c> lists. Null for one size.</summary>
    public static string? Of(ImportOptions import) => import.Sizes.IsEmpty ? null : import.Sizes.Describe(import.Plan);

    private static string Text(ImmutableDictionary<string, int> sizes) => Sorted(string.Join(',', sizes.Select(d =>
        string.Create(CultureInfo.InvariantCulture, $"{d.Key}={d.Value}"))));

    private static string Sorted(string dims) =>
        string.Join(',', dims.Split(',').Select(d => d.Trim()).Order(StringComparer.Ordinal));
}
