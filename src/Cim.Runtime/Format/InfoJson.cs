using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Runtime.Format;

/// <summary>The description of a model as JSON, by generated code only (no reflection, so trimming is safe).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelInfo))]
internal sealed partial class InfoJson : JsonSerializerContext;
