using System.Globalization;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Cli.Commands;

/// <summary>Reads a compiled model for <c>cim inspect</c>.</summary>
internal static class CompiledModelInspector
{
    /// <exception cref="CimException">CIM0001: the file cannot be read; CIM4001: it is no compiled model, or a damaged one.</exception>
    public static ModelInspection Inspect(string path)
    {
        CompiledModel model = Read(path);
        SdkCompatibility.Check(model.Info, path);
        return new ModelInspection
        {
            Format = "cim",
            Name = model.Info.Name,
            Hardware = model.Info.Hardware,
            SdkVersion = model.Info.SdkVersion,
            Preprocessing = model.Info.Preprocessing,
            Labels = model.Info.Labels,
            Inputs = [.. model.Info.Inputs.Select(Value)],
            Outputs = [.. model.Info.Outputs.Select(Value)],
            Plans = model.Info.Plans,
            CalibratedPlan = model.Info.CalibratedPlan,
            Layers = [.. model.Program.Layers.Select(Layer)],
            Digital = [.. model.Program.Steps.Where(s => s.Op != ProgramStep.CrossbarOp).Select(s => new InspectedOperator(s.Name, s.Op))],
        };
    }

    /// <summary>Reads a compiled model.</summary>
    /// <exception cref="CimException">CIM0001: the file cannot be read; CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CompiledModel Read(string path)
    {
        try
        {
            using FileStream stream = InputFile.Open(path, "model");
            return ModelReader.Read(stream);
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The model file cannot be read: {e.Message}", e) { File = path };
        }
    }

    private static InspectedLayer Layer(CrossbarLayer layer)
    {
        long weights = (long)layer.Outputs * layer.RowsPerGroup;
        string quantization = string.Create(
            CultureInfo.InvariantCulture, $"w{layer.WeightBits}a{layer.Input.Bits}{(layer.AdcBits > 0 ? $" adc{layer.AdcBits}" : "")}");
        return new InspectedLayer(layer.Name, layer.Geometry is null ? "Gemm" : "Conv")
        {
            Rows = layer.RowsPerGroup, Columns = layer.ColumnsPerGroup, Groups = layer.Groups, Mvms = layer.PositionsPerImage,
            Macs = weights * layer.PositionsPerImage, Weights = weights, Quantization = quantization, Arrays = Arrays(layer),
        };
    }

    /// <summary>Blocks of a layer may share arrays.</summary>
    private static int Arrays(CrossbarLayer layer) => layer.Blocks.IsEmpty ? layer.Mapping.Tiles.Length
        : layer.Blocks.SelectMany(b => b.Mapping.Tiles).Where(t => t.Array >= 0).Select(t => t.Array).Distinct().Count()
            + layer.Blocks.Sum(b => b.Mapping.Tiles.Count(t => t.Array < 0));

    private static InspectedValue Value(TensorDescription value) => new(value.Name, value.Type.ToString(), new Shape(value.Shape.AsSpan()));
}
