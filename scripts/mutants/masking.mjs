import { maskedTableGuards } from './masked-tables.mjs'
import { copyMaskGuards } from './copy-masks.mjs'
import { doorMaskGuards } from './door-masks.mjs'
import { lineageDefinitionGuards } from './lineage-definitions.mjs'
import { lineageCollationGuards } from './lineage-collations.mjs'
import { lineageFailureGuards } from './lineage-failures.mjs'
import { lineageGivenGuards } from './lineage-given.mjs'
import { lineageFieldGuards } from './lineage-fields.mjs'
import { lineageNameGuards } from './lineage-names.mjs'
import { lineageOneRowGuards } from './lineage-one-row.mjs'
import { lineageMeasuredGuards } from './lineage-measured.mjs'
import { lineageRoomGuards } from './lineage-room.mjs'
import { lineageOriginGuards } from './lineage-origins.mjs'
import { lineageTotalGuards } from './lineage-total.mjs'
import { lineageViewGuards } from './lineage-views.mjs'
import { lineageWriteGuards } from './lineage-writes.mjs'
import { lineageGuards } from './lineage.mjs'
import { maskingCanaryGuards } from './masking-canaries.mjs'
import { maskingCellGuards } from './masking-cells.mjs'
import { maskingDetectorGuards } from './masking-detectors.mjs'
import { maskerGuards } from './masking-masker.mjs'
import { maskingOperatorGuards } from './masking-operators.mjs'
import { maskingPlaceGuards } from './masking-places.mjs'
import { maskingStreamGuards } from './masking-streams.mjs'
import { maskingUnitGuards } from './masking-units.mjs'
import { maskingViewGuards } from './masking-views.mjs'
import { policyMaskGuards } from './policy-masks.mjs'
import { seenInClearGuards } from './seen-in-clear.mjs'
import { shownMaskGuards } from './shown-masks.mjs'

/** The lists that are about masking: what is followed, decided, found and shown. */
export const maskingLists = {
  'masking-operators': maskingOperatorGuards,
  'masking-masker': maskerGuards,
  lineage: lineageGuards,
  'lineage-definitions': lineageDefinitionGuards,
  'lineage-failures': lineageFailureGuards,
  'masking-views': maskingViewGuards,
  'masking-streams': maskingStreamGuards,
  'masking-places': maskingPlaceGuards,
  'masking-units': maskingUnitGuards,
  'door-masks': doorMaskGuards,
  'copy-masks': copyMaskGuards,
  'masking-canaries': maskingCanaryGuards,
  'masking-cells': maskingCellGuards,
  'masking-detectors': maskingDetectorGuards,
  'lineage-total': lineageTotalGuards,
  'lineage-views': lineageViewGuards,
  'lineage-measured': lineageMeasuredGuards,
  'lineage-origins': lineageOriginGuards,
  'lineage-room': lineageRoomGuards,
  'lineage-collations': lineageCollationGuards,
  'lineage-fields': lineageFieldGuards,
  'lineage-given': lineageGivenGuards,
  'lineage-names': lineageNameGuards,
  'lineage-one-row': lineageOneRowGuards,
  'lineage-writes': lineageWriteGuards,
  'policy-masks': policyMaskGuards,
  'seen-in-clear': seenInClearGuards,
  'shown-masks': shownMaskGuards,
  'masked-tables': maskedTableGuards,
}
