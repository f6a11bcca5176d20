using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Plans;

/// <summary>Imports a network at the other sizes it is compiled for, before the long work.</summary>
internal static class PlanImport
{
    /// <summary>The networks, in the order of the plans without that of <paramref name="graph"/>.</summary>
    /// <exception cref="CimException">CIM0018: the network cannot have one of the sizes, or is another one there.</exception>
    public static ImmutableArray<Graph> Others(Graph graph, CompileContext context)
    {
        ImportOptions import = context.Options.Import with { DumpDirectory = null };
        var others = ImmutableArray.CreateBuilder<Graph>();
        for (int i = 0; i < import.Sizes.Count; i++)
        {
            if (i == import.Plan) continue;
            Graph other = Import(context, import with { Plan = i });
            if (new PlanRebinding(graph, other).Difference() is { } difference)
                throw Refused(context, import.Sizes.Describe(i), $"{difference}, so it is not one network in several sizes");
            others.Add(other);
        }

        return others.ToImmutable();
    }

    /// <summary>The error for a size that is not possible (CIM0018).</summary>
    public static CimException Refused(CompileContext context, string dims, MessageText why, Exception? cause = null)
    {
        PlanSizes sizes = context.Options.Import.Sizes;
        return OptionError.Of(ErrorCodes.PlanNotPossible, $"{OptionTable.Dims.Is(sizes.ToString())}, but the network cannot have the size "
            + $"{dims} beside {sizes.Describe(context.Options.Import.Plan)}: {why}. Leave the size out, compile it by itself "
            + $"({OptionTable.Dim.Named()}), or pad its samples to another size.", context.Options.ModelPath, cause);
    }

    private static Graph Import(CompileContext context, ImportOptions import)
    {
        try
        {
            return OnnxImporter.Import(context.Options.ModelPath, import, context.Cancellation);
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph)
        {
            throw Refused(context, import.Sizes.Describe(import.Plan), e.Message.TrimEnd('.'), e);
        }
    }
}
