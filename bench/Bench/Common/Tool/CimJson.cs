using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Bench.Common.Tool;

/// <summary>Readers of what <c>cim ... --json</c> prints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompileReport))]
[JsonSerializable(typeof(EvalReport))]
[JsonSerializable(typeof(CostReport))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class CimJson : JsonSerializerContext;
