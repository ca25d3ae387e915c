import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";

/** Columns of an instance in the order `rows.ts` reads them. */
const INSTANCE_COLUMNS = `key, instance_id, execution_id, status, entity, created_at, updated_at, completed_at, history_length,
  name, version, parent_instance_id, tags, custom_status, failure_details, output, input`;

/** The SQL of the store, prepared once. Statements used by every commit change one row by integer key. */
export function prepareStatements(database: DatabaseSyncInstance) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    begin: prepare("BEGIN IMMEDIATE"),
    commit: prepare("COMMIT"),
    rollback: prepare("ROLLBACK"),

    insertInstance: prepare(
      `INSERT INTO instances (${INSTANCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    // Two short updates beside the full one: naming an indexed column makes SQLite rewrite the index entry even if the value is the same.
    touchInstance: prepare("UPDATE instances SET updated_at = ?, history_length = ? WHERE key = ?"),
    updateStatus: prepare("UPDATE instances SET updated_at = ?, history_length = ?, status = ? WHERE key = ?"),
    updateInstance: prepare(
      `UPDATE instances SET execution_id = ?, status = ?, created_at = ?, updated_at = ?, completed_at = ?, history_length = ?,
         name = ?, version = ?, parent_instance_id = ?, tags = ?, custom_status = ?, failure_details = ?, output = ?, input = ?
       WHERE key = ?`,
    ),
    deleteInstance: prepare("DELETE FROM instances WHERE key = ?"),
    selectHead: prepare("SELECT key, instance_id, execution_id, status, entity FROM instances WHERE instance_id = ?"),
    selectInstance: prepare(`SELECT ${INSTANCE_COLUMNS} FROM instances WHERE instance_id = ?`),

    insertHistory: prepare("INSERT INTO history (instance, events) VALUES (?, ?)"),
    deleteHistory: prepare("DELETE FROM history WHERE instance = ?"),
    selectHistory: prepare(
      `SELECT events FROM history WHERE instance = (SELECT key FROM instances WHERE instance_id = ?) ORDER BY id`,
    ),

    insertMessage: prepare(
      `INSERT INTO messages (sequence_number, instance, role, execution_id, due_at, timer_id, event) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    deleteMessage: prepare("DELETE FROM messages WHERE sequence_number = ?"),
    deleteNewMessages: prepare("DELETE FROM messages WHERE sequence_number >= ? AND instance = ?"),
    selectNewMessage: prepare("SELECT 1 FROM messages WHERE sequence_number >= ? AND instance = ? LIMIT 1"),
    deleteNewMessagesOfOtherExecutions: prepare(
      `DELETE FROM messages WHERE sequence_number >= ? AND instance = ? AND role <> 1 AND execution_id IS NOT NULL AND execution_id <> ?`,
    ),
    selectStart: prepare("SELECT event FROM messages WHERE sequence_number = ? AND role = 1"),
    selectNewStarts: prepare(
      "SELECT event FROM messages WHERE sequence_number >= ? AND instance = ? AND role = 1 ORDER BY sequence_number",
    ),
    selectMessage: prepare("SELECT event FROM messages WHERE sequence_number = ?"),

    insertActivity: prepare("INSERT INTO activities (sequence_number, instance, task) VALUES (?, ?, ?)"),
    deleteActivity: prepare("DELETE FROM activities WHERE sequence_number = ?"),
    deleteNewActivities: prepare("DELETE FROM activities WHERE sequence_number >= ? AND instance = ?"),
    selectActivity: prepare("SELECT task FROM activities WHERE sequence_number = ?"),

    deleteAll: ["instances", "history", "messages", "activities"].map((table) => prepare(`DELETE FROM ${table}`)),
    ...recordStatements(prepare),
    ...recoveryStatements(prepare),
  };
}

function recordStatements(prepare: (sql: string) => StatementSyncInstance) {
  return {
    selectRecord: prepare("SELECT key, value, version FROM records WHERE key = ?"),
    selectRecords: prepare(
      "SELECT key, value, version FROM records WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
    ),
    writeRecord: prepare(
      "INSERT INTO records (key, value, version) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version",
    ),
    deleteRecord: prepare("DELETE FROM records WHERE key = ?"),
  };
}

/** Recovery reads everything that is pending, but no bodies: those are read when they are handed out. */
function recoveryStatements(prepare: (sql: string) => StatementSyncInstance) {
  return {
    selectPendingMessages: prepare(
      `SELECT m.sequence_number, m.role, m.execution_id AS message_execution_id, m.due_at, m.timer_id, octet_length(m.event) AS bytes,
         i.key, i.instance_id, i.execution_id, i.status, i.entity
       FROM messages m JOIN instances i ON i.key = m.instance ORDER BY m.sequence_number`,
    ),
    selectPendingActivities: prepare(
      `SELECT a.sequence_number, octet_length(a.task) AS bytes, i.key, i.instance_id, i.execution_id, i.status, i.entity
       FROM activities a JOIN instances i ON i.key = a.instance ORDER BY a.sequence_number`,
    ),
    selectHighestKeys: prepare(
      `SELECT (SELECT max(key) FROM instances) AS instance, (SELECT max(sequence_number) FROM messages) AS message,
         (SELECT max(sequence_number) FROM activities) AS activity, (SELECT max(instance) FROM history) AS history`,
    ),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;

export { INSTANCE_COLUMNS };
