using Cim.Compiler.Data;
using Cim.Compiler.Import;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Model;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// Which of several plans a network is calibrated, rounded and measured at: the one whose size the samples have, the first listed without
/// samples. The other plans take its quantization.
/// </summary>
internal static class PlanChoice
{
    /// <summary>The options with the plan chosen.</summary>
    /// <exception cref="CimException">CIM0006: samples that fit no plan, or files of samples that fit different ones.</exception>
    public static CompileOptions For(CompileOptions options) => options with
    {
        Import = For(
            options.ModelPath, options.Import, [options.Calibration, options.Training, options.Evaluation, options.Validation],
            options.Preprocessing),
    };

    /// <summary>The same for a command that reads other files.</summary>
    /// <param name="model">The network.</param>
    /// <param name="import">How it is imported.</param>
    /// <param name="files">The files of samples; null = none.</param>
    /// <param name="preprocessing">What is done to the samples.</param>
    /// <exception cref="CimException">As above.</exception>
    public static ImportOptions For(string model, ImportOptions import, IEnumerable<string?> files, Preprocessing preprocessing)
    {
        string[] samples = [.. files.OfType<string>()];
        if (import.Sizes.IsEmpty || samples.Length == 0) return import;
        GraphInput[] plans = [.. Enumerable.Range(0, import.Sizes.Count).Select(i => Input(model, import with { Plan = i }))];
        CimException? first = null;
        for (int i = 0; i < plans.Length; i++)
        {
            if (Problem(samples[0], plans[i], preprocessing) is { } problem)
            {
                first ??= problem;
                continue;
            }

            foreach (string other in samples.Skip(1))
                if (Problem(other, plans[i], preprocessing) is { } differs)
                    throw new CimException(
                        ErrorCodes.InvalidData, $"The samples of '{samples[0]}' have the size {import.Sizes.Describe(i)}, "
                        + $"those of '{other}' another one; use samples of one size for both. ({differs.Message})", differs)
                        {
                            File = other,
                        };
            return import with { Plan = i };
        }

        if (first!.Code != ErrorCodes.InvalidData) throw first;
        throw OptionError.Of(
            ErrorCodes.InvalidData, $"The samples fit none of the sizes of {OptionTable.Dims.With(import.Sizes.ToString())}: "
            + $"{first.Message}", samples[0], first);
    }

    /// <summary>The plan of a compiled model that samples fit, as a model of its own.</summary>
    /// <param name="model">The model; one with a single plan is returned as it is.</param>
    /// <param name="path">The samples.</param>
    /// <param name="preprocessing">What is done to them.</param>
    /// <exception cref="CimException">CIM0001, CIM0006: they cannot be read, or fit no plan; the message lists the sizes.</exception>
    public static CompiledModel For(CompiledModel model, string path, Preprocessing preprocessing)
    {
        if (model.Plans == 1) return model;
        CimException? first = null;
        for (int i = 0; i < model.Plans; i++)
        {
            CompiledModel plan = model.Only(i);
            var input = GraphInput.Of(plan.Info.Inputs.Select(t => (t.Name, t.Type, new Shape(t.Shape.AsSpan()))));
            if (Problem(path, input, preprocessing) is not { } problem) return plan;
            first ??= problem;
        }

        if (first!.Code != ErrorCodes.InvalidData) throw first;
        throw new CimException(ErrorCodes.InvalidData, $"The samples fit none of the sizes of the model "
            + $"({string.Join("; ", model.Info.Plans.Select(p => p.Dims))}): {first.Message}", first) { File = path };
    }

    private static GraphInput Input(string model, ImportOptions import) =>
        GraphInput.Of(OnnxImporter.Read(model, import).Inputs.Select(i => (i.Name, i.Info.Type, i.Info.Shape)));

    private static CimException? Problem(string path, GraphInput input, Preprocessing preprocessing)
    {
        try
        {
            _ = DataSet.Open(path, input.Ports, preprocessing);
            return null;
        }
        catch (CimException e)
        {
            return e;
        }
    }
}
