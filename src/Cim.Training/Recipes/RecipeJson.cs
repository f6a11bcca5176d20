using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Training.Json;

namespace Cim.Training.Recipes;

/// <summary>The JSON form of a recipe: camel case, with comments and trailing commas.</summary>
[JsonSerializable(typeof(TrainingRecipe))]
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(WholeInt), typeof(WholeLong)])]
internal sealed partial class RecipeJson : JsonSerializerContext;

/// <summary>The quantization of a recipe as the tag of a checkpoint holds it.</summary>
[JsonSerializable(typeof(QuantizationRecipe))]
internal sealed partial class CheckpointTagJson : JsonSerializerContext;
