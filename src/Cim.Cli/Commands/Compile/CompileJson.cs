using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Cli.Commands.Compile;

/// <summary>What <c>cim compile --json</c> prints.</summary>
internal static class CompileJson
{
    /// <summary>Writes the members of the document.</summary>
    public static void Write(Utf8JsonWriter json, CompileResult result)
    {
        WriteAccuracy(json, "accuracyFloat", result.AccuracyFloat);
        WriteAccuracy(json, "accuracyCompiled", result.AccuracyCompiled);
        WriteAccuracy(json, "accuracyExact", result.AccuracyExact);
        WriteAccuracy(json, "accuracyAdc", result.AccuracyAdc);
        json.WriteString("fidelity", FidelityOption.Name(result.Fidelity));
        if (result.Accuracy is { } measured) json.WriteFinite("lossPoints", measured.LossPoints);
        if (result.Agreement is { } agreement) WriteAgreement(json, agreement);
        if (result.AccuracyCompiled is { } compiled) json.WriteNumber("samples", compiled.Samples);
        Write(json, "cost", result.Cost);
        Write(json, "baseline", result.Baseline);
        result.Policy.WriteTo(json);
        if (result.Report.Merged is { } merged)
        {
            json.WriteStartObject("merged");
            json.WriteNumber("cells", merged.Cells);
            json.WriteNumber("cellsOwn", merged.CellsOwn);
            json.WriteEndObject();
        }

        if (result.Search is { } search) SearchOutput.Write(json, search);
        VariationOutput.Write(json, result.Alignment);
        json.WriteString("worstLayer", result.Report.WorstLayer);
        json.WriteStartArray("warnings");
        foreach (CompileWarning warning in result.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("code", warning.Code);
            json.WriteString("message", warning.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("rounding", result.Rounding);
        json.WriteFinite("seconds", result.Seconds);
        json.WriteStartArray("stages");
        foreach (StageTime stage in result.Stages)
        {
            json.WriteStartObject();
            json.WriteString("name", stage.Name);
            json.WriteFinite("seconds", stage.Seconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAgreement(Utf8JsonWriter json, OutputAgreement agreement)
    {
        json.WriteStartObject("agreement");
        json.WriteNumber("samples", agreement.Samples);
        json.WriteFinite("cosine", agreement.Cosine);
        json.WriteFinite("relativeL2", agreement.RelativeL2);
        if (agreement.Top is { } top) json.WriteFinite("topAgreement", top);
        else json.WriteNull("topAgreement");
        json.WriteEndObject();
    }

    private static void WriteAccuracy(Utf8JsonWriter json, string name, Accuracy? accuracy)
    {
        if (accuracy is null) json.WriteNull(name);
        else json.WriteFinite(name, accuracy.Fraction);
    }

    private static void Write(Utf8JsonWriter json, string name, Cost cost)
    {
        json.WriteStartObject(name);
        json.WriteFinite("latencyNs", cost.LatencyNs);
        json.WriteFinite("energyPj", cost.EnergyPj);
        json.WriteFinite("areaUm2", cost.AreaUm2);
        json.WriteNumber("arrays", cost.Arrays);
        json.WriteNumber("cells", cost.Cells);
        json.WriteEndObject();
    }
}
