using System.Text.Json.Serialization;

namespace Cim.Compiler.Sensitivity;

/// <summary>A report as it is kept in a folder of results.</summary>
[JsonSerializable(typeof(SensitivityReport))]
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class SensitivityJson : JsonSerializerContext;
