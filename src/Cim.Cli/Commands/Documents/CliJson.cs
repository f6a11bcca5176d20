using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Cli.Commands.Compile;
using Cim.Cli.Invocation;
using Cim.Compiler.Search.Persistence;

namespace Cim.Cli.Commands.Documents;

/// <summary>The look of every document of <c>--json</c>: camel case, indented, numbers that are not finite as null.</summary>
[JsonSerializable(typeof(AdviseDocument))]
[JsonSerializable(typeof(CompareDocument))]
[JsonSerializable(typeof(CompileDesign))]
[JsonSerializable(typeof(CandidateWork))]
[JsonSerializable(typeof(CandidateResult))]
[JsonSerializable(typeof(CompileDocument))]
[JsonSerializable(typeof(CompileStudyDocument))]
[JsonSerializable(typeof(CostDocument))]
[JsonSerializable(typeof(CostsDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(EvalDocument))]
[JsonSerializable(typeof(EvalPart))]
[JsonSerializable(typeof(HardwareFieldsDocument))]
[JsonSerializable(typeof(HardwareListDocument))]
[JsonSerializable(typeof(InspectDocument))]
[JsonSerializable(typeof(MvmDocument))]
[JsonSerializable(typeof(ParetoDocument))]
[JsonSerializable(typeof(ParetoPart))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(ScheduleDocument))]
[JsonSerializable(typeof(SensitivityDocument))]
[JsonSerializable(typeof(SweepDocument))]
[JsonSerializable(typeof(TrainDocument))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(FiniteDouble)])]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Layer names with '/' or '+' stay readable; the documents are never put into HTML unescaped.</summary>
    public static CliJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static CliJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
